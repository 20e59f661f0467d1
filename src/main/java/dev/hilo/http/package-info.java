/** The HTTP side: webhooks, REST, sockets, sign-in, and the pages. */
@NullMarked
package dev.hilo.http;

import org.jspecify.annotations.NullMarked;
