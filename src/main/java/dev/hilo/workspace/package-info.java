/** What a workspace keeps beside its customers: people, texts, inboxes, endpoints, keys. */
@NullMarked
package dev.hilo.workspace;

import org.jspecify.annotations.NullMarked;
