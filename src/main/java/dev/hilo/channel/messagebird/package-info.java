/** MessageBird's conversations API, from before Bird. */
@NullMarked
package dev.hilo.channel.messagebird;

import org.jspecify.annotations.NullMarked;
