package dev.hilo.channel.zalo;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code zalo}: the Official Accounts of one Zalo app. */
public final class ZaloChannelType implements ChannelType<ZaloSettings> {
  static final String NAME = "zalo";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<ZaloSettings> settings() {
    return ZaloSettings.class;
  }

  @Override
  public Channel open(ZaloSettings settings, Ports ports) {
    return new ZaloChannel(settings, ports);
  }
}
