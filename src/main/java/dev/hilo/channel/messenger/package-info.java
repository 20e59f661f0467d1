/** Facebook Messenger and comments under a page's posts. */
@NullMarked
package dev.hilo.channel.messenger;

import org.jspecify.annotations.NullMarked;
