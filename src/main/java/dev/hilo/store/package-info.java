/** The only room that speaks to Redis: streams, directory, work, objects, feed, leases, blobs. */
@NullMarked
package dev.hilo.store;

import org.jspecify.annotations.NullMarked;
