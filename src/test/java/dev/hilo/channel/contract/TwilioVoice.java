package dev.hilo.channel.contract;

/** The same account. */
public final class TwilioVoice extends TwilioSms {}
