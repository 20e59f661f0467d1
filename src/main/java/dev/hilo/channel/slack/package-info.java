/** Slack, over the Events API, interactivity, slash commands and the Web API. */
@NullMarked
package dev.hilo.channel.slack;

import org.jspecify.annotations.NullMarked;
