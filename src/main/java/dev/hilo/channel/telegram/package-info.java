/** Telegram Bot API. */
@NullMarked
package dev.hilo.channel.telegram;

import org.jspecify.annotations.NullMarked;
