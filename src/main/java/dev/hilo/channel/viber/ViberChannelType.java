package dev.hilo.channel.viber;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code viber}: one or more bots. */
public final class ViberChannelType implements ChannelType<ViberSettings> {
  static final String NAME = "viber";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<ViberSettings> settings() {
    return ViberSettings.class;
  }

  @Override
  public Channel open(ViberSettings settings, Ports ports) {
    return new ViberChannel(settings, ports);
  }
}
