/** Measures what the README states: every figure beside a yardstick of the same run. */
@NullMarked
package dev.hilo.load;

import org.jspecify.annotations.NullMarked;
