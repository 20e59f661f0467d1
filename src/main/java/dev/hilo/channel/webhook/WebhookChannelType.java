package dev.hilo.channel.webhook;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code webhook}: one program that speaks Standard Webhooks. */
public final class WebhookChannelType implements ChannelType<WebhookSettings> {
  static final String NAME = "webhook";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<WebhookSettings> settings() {
    return WebhookSettings.class;
  }

  @Override
  public Channel open(WebhookSettings settings, Ports ports) {
    return new WebhookChannel(settings, ports);
  }
}
