package dev.hilo.channel.rcs;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code rcs}: the agents of one partner. */
public final class RcsChannelType implements ChannelType<RcsSettings> {
  static final String NAME = "rcs";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<RcsSettings> settings() {
    return RcsSettings.class;
  }

  @Override
  public Channel open(RcsSettings settings, Ports ports) {
    return new RcsChannel(settings, ports);
  }
}
