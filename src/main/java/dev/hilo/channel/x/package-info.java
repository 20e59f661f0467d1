/** Direct messages of X. */
@NullMarked
package dev.hilo.channel.x;

import org.jspecify.annotations.NullMarked;
