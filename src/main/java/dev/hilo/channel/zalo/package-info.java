/** Zalo Official Accounts; experimental, as the platform's own documentation could not be read. */
@NullMarked
package dev.hilo.channel.zalo;

import org.jspecify.annotations.NullMarked;
