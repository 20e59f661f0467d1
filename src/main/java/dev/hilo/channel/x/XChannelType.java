package dev.hilo.channel.x;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code x}: accounts of one app on X, experimental. */
public final class XChannelType implements ChannelType<XSettings> {
  static final String NAME = "x";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<XSettings> settings() {
    return XSettings.class;
  }

  @Override
  public Channel open(XSettings settings, Ports ports) {
    return new XChannel(settings, ports);
  }
}
