/** What happens to a message: the gateway receives and acts, the keeper sends. */
@NullMarked
package dev.hilo.core;

import org.jspecify.annotations.NullMarked;
