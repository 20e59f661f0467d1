/**
 * The demo: a shop, a customer's phone and mail program, and the platforms between them and the
 * gateway. The gateway meets the simulators only over HTTP, SMTP and IMAP, in the platforms' own
 * wire formats.
 */
@NullMarked
package dev.hilo.demo;

import org.jspecify.annotations.NullMarked;
