package dev.hilo.channel.discord;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code discord}: one application on Discord, experimental. */
public final class DiscordChannelType implements ChannelType<DiscordSettings> {
  static final String NAME = "discord";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<DiscordSettings> settings() {
    return DiscordSettings.class;
  }

  @Override
  public Channel open(DiscordSettings settings, Ports ports) {
    return new DiscordChannel(settings, ports);
  }
}
