/** Running the gateway: its own Redis, the guard of its data folder, health, metrics, drain. */
@NullMarked
package dev.hilo.ops;

import org.jspecify.annotations.NullMarked;
