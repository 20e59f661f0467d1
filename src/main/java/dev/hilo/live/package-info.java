/** Sockets: one hub per event loop, one session per socket. */
@NullMarked
package dev.hilo.live;

import org.jspecify.annotations.NullMarked;
