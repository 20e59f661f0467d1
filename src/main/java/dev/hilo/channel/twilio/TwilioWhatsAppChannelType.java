package dev.hilo.channel.twilio;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code twilio-whatsapp}: WhatsApp of one account's numbers. */
public final class TwilioWhatsAppChannelType implements ChannelType<TwilioSettings> {
  static final String NAME = "twilio-whatsapp";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<TwilioSettings> settings() {
    return TwilioSettings.class;
  }

  @Override
  public Channel open(TwilioSettings settings, Ports ports) {
    return new TwilioChannel(NAME, settings, ports);
  }
}
