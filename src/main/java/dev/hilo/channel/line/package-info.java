/** LINE Official Accounts, over the Messaging API. */
@NullMarked
package dev.hilo.channel.line;

import org.jspecify.annotations.NullMarked;
