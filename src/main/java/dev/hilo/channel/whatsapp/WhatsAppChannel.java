package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import java.time.Duration;
import java.util.List;

/** The phone numbers of one Meta app. */
final class WhatsAppChannel implements Channel {
  private final WhatsAppSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  WhatsAppChannel(WhatsAppSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new WhatsAppWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts().stream().map(TokenAccount::account).toList();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(WhatsAppMessage.TEXT)
        .choices(WhatsAppMessage.ROWS)
        .with(Feature.RECEIPTS, Feature.REPLIES, Feature.TEMPLATES)
        .within(Duration.ofHours(24))
        .costs(Capabilities.Cost.PAID_OUTSIDE_WINDOW)
        .paced(80, Duration.ofSeconds(1));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var from = TokenAccount.find(settings.accounts(), message.account());
    if (from == null) {
      return new SendResult.Refused("unknown-account", "no such phone number id is configured");
    }
    return switch (WhatsAppMessage.of(message, settings.listLabel())) {
      case WhatsAppMessage.Refused(var code, var why) -> new SendResult.Refused(code, why);
      case WhatsAppMessage.Body(var json) ->
          PlatformCall.post(
                  settings.baseUrl() + "/" + settings.version() + "/" + from.id() + "/messages")
              .bearer(from.token().value())
              .json(json)
              .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
    };
  }

  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    if (answer.taken()) {
      String id = answer.body().first("messages").id("id");
      return id == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(id);
    }
    return answer.lost()
        ? new SendResult.Unknown("HTTP " + answer.status() + " without Meta's own answer")
        : GraphError.judge(
            answer.body().at("error"), answer.status(), attempt, answer.retryAfter());
  }
}
