/**
 * Mailboxes: read over IMAP, answered over SMTP.
 *
 * <p>Nothing is ever changed on the mail server; what was taken is known by UID in a ledger.
 */
@NullMarked
package dev.hilo.channel.email;

import org.jspecify.annotations.NullMarked;
