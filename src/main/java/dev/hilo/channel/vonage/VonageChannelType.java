package dev.hilo.channel.vonage;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code vonage}: the numbers of one account or application. */
public final class VonageChannelType implements ChannelType<VonageSettings> {
  static final String NAME = "vonage";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<VonageSettings> settings() {
    return VonageSettings.class;
  }

  @Override
  public Channel open(VonageSettings settings, Ports ports) {
    return new VonageChannel(settings, ports);
  }
}
