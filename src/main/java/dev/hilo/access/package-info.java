/** Who may do what: the one permission table. */
@NullMarked
package dev.hilo.access;

import org.jspecify.annotations.NullMarked;
