/**
 * Strict configuration: YAML and environment in, records out, every fault reported at once.
 *
 * <p>Knows nothing of the rest of the gateway.
 */
@NullMarked
package dev.hilo.config;

import org.jspecify.annotations.NullMarked;
