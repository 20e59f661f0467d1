package dev.hilo.channel.teams;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code teams}: one bot. */
public final class TeamsChannelType implements ChannelType<TeamsSettings> {
  static final String NAME = "teams";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<TeamsSettings> settings() {
    return TeamsSettings.class;
  }

  @Override
  public Channel open(TeamsSettings settings, Ports ports) {
    return new TeamsChannel(settings, ports);
  }
}
