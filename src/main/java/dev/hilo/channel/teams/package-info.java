/** Microsoft Teams by the Bot Framework's REST interface. */
@NullMarked
package dev.hilo.channel.teams;

import org.jspecify.annotations.NullMarked;
