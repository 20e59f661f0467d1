package dev.hilo.channel.contract;

/** The same account. */
public final class TwilioWhatsapp extends TwilioSms {}
