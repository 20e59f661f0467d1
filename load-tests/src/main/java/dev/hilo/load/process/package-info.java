/**
 * The processes of a run: servers on one core, each ending with the run; what Linux says of them.
 */
@NullMarked
package dev.hilo.load.process;

import org.jspecify.annotations.NullMarked;
