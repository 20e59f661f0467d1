package dev.hilo.channel.bird;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code bird}: the channels of one workspace. */
public final class BirdChannelType implements ChannelType<BirdSettings> {
  static final String NAME = "bird";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<BirdSettings> settings() {
    return BirdSettings.class;
  }

  @Override
  public Channel open(BirdSettings settings, Ports ports) {
    return new BirdChannel(settings, ports);
  }
}
