package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code whatsapp}: one Meta app with its phone numbers. */
public final class WhatsAppChannelType implements ChannelType<WhatsAppSettings> {
  static final String NAME = "whatsapp";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<WhatsAppSettings> settings() {
    return WhatsAppSettings.class;
  }

  @Override
  public Channel open(WhatsAppSettings settings, Ports ports) {
    return new WhatsAppChannel(settings, ports);
  }
}
