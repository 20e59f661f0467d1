/** WhatsApp Business Cloud API. */
@NullMarked
package dev.hilo.channel.whatsapp;

import org.jspecify.annotations.NullMarked;
