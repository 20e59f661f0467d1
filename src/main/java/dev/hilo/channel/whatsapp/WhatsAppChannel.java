package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.JsonPost;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import java.util.List;
import java.util.Map;

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
    return new Capabilities(WhatsAppMessage.TEXT, false, true, true, false);
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
          JsonPost.send(
              ports,
              settings.baseUrl() + "/" + settings.version() + "/" + from.id() + "/messages",
              Map.of("authorization", "Bearer " + from.token().value()),
              JsonPost.bytes(json),
              message.attempt(),
              answer -> judge(answer, message.attempt()));
    };
  }

  private static SendResult judge(JsonPost.Answer answer, int attempt) {
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
