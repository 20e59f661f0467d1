package dev.hilo.channel.messagebird;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code messagebird}: the channels of one account. */
public final class MessageBirdChannelType implements ChannelType<MessageBirdSettings> {
  static final String NAME = "messagebird";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<MessageBirdSettings> settings() {
    return MessageBirdSettings.class;
  }

  @Override
  public Channel open(MessageBirdSettings settings, Ports ports) {
    return new MessageBirdChannel(settings, ports);
  }
}
