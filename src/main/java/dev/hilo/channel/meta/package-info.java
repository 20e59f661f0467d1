/**
 * What Meta's platforms have in common: webhooks of an app, calls of the Graph API, and the inboxes
 * of pages. Only Meta's channels see it.
 */
@NullMarked
package dev.hilo.channel.meta;

import org.jspecify.annotations.NullMarked;
