package dev.hilo.channel.telegram;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code telegram}: one bot. */
public final class TelegramChannelType implements ChannelType<TelegramSettings> {
  static final String NAME = "telegram";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<TelegramSettings> settings() {
    return TelegramSettings.class;
  }

  @Override
  public Channel open(TelegramSettings settings, Ports ports) {
    return new TelegramChannel(settings, ports);
  }
}
