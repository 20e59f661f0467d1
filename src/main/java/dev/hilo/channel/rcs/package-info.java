/** RCS for Business by Google's RBM interface. */
@NullMarked
package dev.hilo.channel.rcs;

import org.jspecify.annotations.NullMarked;
