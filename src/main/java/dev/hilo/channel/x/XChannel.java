package dev.hilo.channel.x;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Accounts of one app. X knows no id of ours: what was lost on the way is never repeated. */
final class XChannel implements Channel {
  private static final int TEXT = 10_000;
  private static final Duration LONGEST = Duration.ofHours(24);

  private final XSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  XChannel(XSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new XWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts().stream().map(TokenAccount::account).toList();
  }

  /** The lower of the two limits that X tells. */
  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .with(Feature.RECEIPTS)
        .costs(Capabilities.Cost.PAID)
        .paced(15, Duration.ofMinutes(15));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var from = TokenAccount.find(settings.accounts(), message.account());
    if (from == null) {
      return new SendResult.Refused("unknown-account", "no such user id is configured");
    }
    String text = Numbered.text(message.content());
    if (text == null
        || text.isBlank()
        || text.length() > TEXT
        || !message.attachments().isEmpty()) {
      return new SendResult.Refused(
          "unsupported", "only text of 1 to " + TEXT + " characters can be sent here");
    }
    String person = PlatformCall.encoded(message.to().id());
    return PlatformCall.post(
            settings.baseUrl() + "/2/dm_conversations/with/" + person + "/messages")
        .bearer(from.token().value())
        .json(JsonNodeFactory.instance.objectNode().put("text", text))
        .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    int status = answer.status();
    if (answer.taken()) {
      String id = answer.body().at("data").id("dm_event_id");
      return id == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(id);
    }
    String words = answer.body().text("detail");
    String why = "HTTP " + status + (words == null ? "" : ": " + Payload.veiled(words));
    if (status == 429) {
      return new SendResult.Retry(reset(answer, attempt), why);
    }
    return status >= 500
        ? new SendResult.Unknown(why)
        : new SendResult.Refused(Integer.toString(status), why);
  }

  /** X says when: in seconds since 1970. */
  private static Duration reset(PlatformCall.Answer answer, int attempt) {
    String at = answer.headers().get("x-rate-limit-reset");
    if (at == null || !at.matches("\\d{1,11}")) {
      return PlatformCall.pause(attempt);
    }
    var wait = Duration.between(Instant.now(), Instant.ofEpochSecond(Long.parseLong(at)));
    return wait.isNegative() || wait.isZero()
        ? Duration.ofSeconds(1)
        : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  /**
   * The address in the event is for old credentials; its last three parts are those of the one for
   * ours.
   */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    var from = TokenAccount.find(settings.accounts(), account);
    String ref = media.ref();
    String[] parts = ref == null ? new String[0] : ref.split("/", -1);
    if (from == null || parts.length < 6) {
      return new MediaSource.Gone("X gave no address of it");
    }
    var url = new StringBuilder(settings.baseUrl() + "/2/dm_conversations/media");
    for (int i = parts.length - 3; i < parts.length; i++) {
      if (!parts[i].matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")) {
        return new MediaSource.Gone("the address that X gave is of another form");
      }
      url.append('/').append(parts[i]);
    }
    return new MediaSource.Link(
        URI.create(url.toString()),
        Map.of("authorization", "Bearer " + from.token().value()),
        true);
  }
}
