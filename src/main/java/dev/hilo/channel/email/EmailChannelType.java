package dev.hilo.channel.email;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** Mailboxes, read over IMAP and answered over SMTP. */
public final class EmailChannelType implements ChannelType<EmailSettings> {

  @Override
  public String name() {
    return "email";
  }

  @Override
  public Class<EmailSettings> settings() {
    return EmailSettings.class;
  }

  @Override
  public boolean webhook() {
    return false;
  }

  @Override
  public Channel open(EmailSettings settings, Ports ports) {
    return new EmailChannel(settings, ports);
  }
}
