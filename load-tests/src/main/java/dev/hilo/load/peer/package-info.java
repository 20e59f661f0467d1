/** The systems under test, each behind the same few verbs. */
@NullMarked
package dev.hilo.load.peer;

import org.jspecify.annotations.NullMarked;
