/** The seam to a platform: their payload becomes our value, our value becomes their call. */
@NullMarked
package dev.hilo.channel;

import org.jspecify.annotations.NullMarked;
