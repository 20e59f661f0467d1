/** Readers of what changed: rebuildable views beside the streams. */
@NullMarked
package dev.hilo.reader;

import org.jspecify.annotations.NullMarked;
