package dev.hilo.channel.wechat;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code wechat}: one WeChat Official Account. */
public final class WeChatChannelType implements ChannelType<WeChatSettings> {
  static final String NAME = "wechat";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<WeChatSettings> settings() {
    return WeChatSettings.class;
  }

  @Override
  public Channel open(WeChatSettings settings, Ports ports) {
    return new WeChatChannel(settings, ports);
  }
}
