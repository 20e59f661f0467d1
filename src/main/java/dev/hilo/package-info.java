/** The gateway: its entry point and its configuration. */
@NullMarked
package dev.hilo;

import org.jspecify.annotations.NullMarked;
