/** Vonage Messages API: SMS, MMS, WhatsApp, RCS, Messenger and Viber of one account. */
@NullMarked
package dev.hilo.channel.vonage;

import org.jspecify.annotations.NullMarked;
