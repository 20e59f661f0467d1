/** The one JSON mapping of the domain, shared by stored entries, frames and REST. */
@NullMarked
package dev.hilo.codec;

import org.jspecify.annotations.NullMarked;
