package dev.hilo.channel.messenger;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;
import dev.hilo.channel.meta.Graph;
import dev.hilo.channel.meta.Inbox;
import dev.hilo.channel.meta.InboxChannel;
import java.util.List;

/** {@code messenger}: one Meta app with its Facebook pages. */
public final class MessengerChannelType implements ChannelType<MessengerSettings> {
  @Override
  public String name() {
    return "messenger";
  }

  @Override
  public Class<MessengerSettings> settings() {
    return MessengerSettings.class;
  }

  @Override
  public Channel open(MessengerSettings settings, Ports ports) {
    return new InboxChannel(
        Inbox.MESSENGER,
        new Graph(ports, settings.baseUrl(), settings.version(), false),
        settings.accounts(),
        settings.humanAgent(),
        List.of(settings.appSecret()),
        settings.verifyToken());
  }
}
