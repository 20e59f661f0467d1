/** Twilio: SMS and MMS, WhatsApp, and telephone calls as they go by. */
@NullMarked
package dev.hilo.channel.twilio;

import org.jspecify.annotations.NullMarked;
