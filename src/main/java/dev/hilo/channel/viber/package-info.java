/** Viber's REST API for bots. */
@NullMarked
package dev.hilo.channel.viber;

import org.jspecify.annotations.NullMarked;
