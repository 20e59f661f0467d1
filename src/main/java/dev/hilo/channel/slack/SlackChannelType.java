package dev.hilo.channel.slack;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code slack}: one Slack app in any number of workspaces. */
public final class SlackChannelType implements ChannelType<SlackSettings> {
  static final String NAME = "slack";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<SlackSettings> settings() {
    return SlackSettings.class;
  }

  @Override
  public Channel open(SlackSettings settings, Ports ports) {
    return new SlackChannel(settings, ports);
  }
}
