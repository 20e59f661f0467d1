package dev.hilo.channel.twilio;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.util.List;
import java.util.Map;

/** Telephone calls as they go by; nothing can be written on them. */
final class TwilioVoiceChannel implements Channel {
  private final List<Account> accounts;
  private final TwilioApi api;
  private final Webhook webhook;

  TwilioVoiceChannel(TwilioVoiceSettings settings) {
    this.accounts = settings.accounts();
    this.api = new TwilioApi(settings.baseUrl(), settings.accountSid(), settings.authTokens());
    this.webhook =
        new TwilioWebhook(
            new TwilioSignature(settings.authTokens()),
            new TwilioCalls(accounts.stream().map(Account::id).toList(), settings.twiml().strip()));
  }

  @Override
  public List<Account> accounts() {
    return accounts;
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(0);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) {
    return new SendResult.Refused("unsupported", "nothing can be written on a telephone call");
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return api.locate(media.ref(), ".mp3");
  }
}
