/** Discord: interactions, webhook events and what a gateway worker brings. */
@NullMarked
package dev.hilo.channel.discord;

import org.jspecify.annotations.NullMarked;
