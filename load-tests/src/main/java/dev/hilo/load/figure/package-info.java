/** One class for each figure. */
@NullMarked
package dev.hilo.load.figure;

import org.jspecify.annotations.NullMarked;
