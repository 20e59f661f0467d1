/** Pure policies on the folded state: which decisions follow from the facts. */
@NullMarked
package dev.hilo.desk;

import org.jspecify.annotations.NullMarked;
