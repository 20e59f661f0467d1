/** The neutral client: WebSockets of one event loop, marked messages, counted arrivals. */
@NullMarked
package dev.hilo.load.client;

import org.jspecify.annotations.NullMarked;
