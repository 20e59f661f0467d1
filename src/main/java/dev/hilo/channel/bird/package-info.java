/** Bird's channels API, the platform that MessageBird became. */
@NullMarked
package dev.hilo.channel.bird;

import org.jspecify.annotations.NullMarked;
