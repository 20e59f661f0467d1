package dev.hilo.channel.instagram;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;
import dev.hilo.channel.meta.Graph;
import dev.hilo.channel.meta.Inbox;
import dev.hilo.channel.meta.InboxChannel;

/** {@code instagram}: one Meta app with its Instagram accounts. */
public final class InstagramChannelType implements ChannelType<InstagramSettings> {
  @Override
  public String name() {
    return "instagram";
  }

  @Override
  public Class<InstagramSettings> settings() {
    return InstagramSettings.class;
  }

  @Override
  public Channel open(InstagramSettings settings, Ports ports) {
    return new InboxChannel(
        Inbox.INSTAGRAM,
        new Graph(ports, settings.baseUrl(), settings.version(), false),
        settings.accounts(),
        settings.humanAgent(),
        settings.appSecrets(),
        settings.verifyToken());
  }
}
