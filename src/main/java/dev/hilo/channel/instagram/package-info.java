/** Instagram Messaging and comments under an account's posts. */
@NullMarked
package dev.hilo.channel.instagram;

import org.jspecify.annotations.NullMarked;
