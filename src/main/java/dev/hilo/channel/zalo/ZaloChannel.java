package dev.hilo.channel.zalo;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The Official Accounts of one Zalo app. */
final class ZaloChannel implements Channel {
  private static final int TEXT = 2000;

  private final ZaloSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  ZaloChannel(ZaloSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new ZaloWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts().stream().map(TokenAccount::account).toList();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .anyMedia(50 << 20)
        .with(Feature.RECEIPTS, Feature.REPLIES)
        .within(Duration.ofDays(7))
        .costs(Capabilities.Cost.PAID);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var from = TokenAccount.find(settings.accounts(), message.account());
    if (from == null) {
      return new SendResult.Refused("unknown-account", "no such Official Account is configured");
    }
    String text = message.attachments().isEmpty() ? text(message.content()) : null;
    if (text == null || text.isBlank() || text.length() > TEXT) {
      return new SendResult.Refused(
          "unsupported", "expected a stored file, text or choices of 1 to " + TEXT + " characters");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("recipient").put("user_id", message.to().id());
    ObjectNode said = body.putObject("message").put("text", text);
    if (message.replyTo() != null) {
      said.put("quote_message_id", message.replyTo());
    }
    return PlatformCall.post(settings.baseUrl() + "/v3.0/oa/message/cs")
        .header("access_token", from.token().value())
        .json(body)
        .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  /** Files are links. */
  private @Nullable String text(Content content) {
    return switch (content) {
      case Content.Text(var text) -> text;
      case Content.Choices choices -> Numbered.list(choices);
      case Content.Media media ->
          media.blob() == null
              ? null
              : Stream.of(
                      requireNonNullElse(media.caption(), ""),
                      requireNonNullElse(media.name(), ""),
                      ports.blobs().link(media, Duration.ofDays(30)).toString())
                  .filter(line -> !line.isBlank())
                  .collect(Collectors.joining("\n"));
      case Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          null;
    };
  }

  /** Zalo answers 200 whatever comes of it; its numbers differ by age of the interface. */
  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    if (!body.has("error")) {
      return answer.status() == 429
          ? new SendResult.Retry(PlatformCall.pause(attempt), "HTTP 429")
          : new SendResult.Unknown("HTTP " + answer.status() + " without Zalo's own answer");
    }
    long code = body.number("error", 1);
    String id = body.at("data").id("message_id");
    if (code == 0) {
      return id == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(id);
    }
    String words = requireNonNullElse(body.text("message"), "no reason given");
    String why = code + ": " + Payload.veiled(words);
    return switch ((int) code) {
      case -32 -> new SendResult.Retry(PlatformCall.pause(attempt), why);
      case -230, -213 -> new SendResult.WindowClosed(why);
      case -216, -201 -> new SendResult.Refused(Long.toString(code), why, true);
      default -> new SendResult.Refused(Long.toString(code), why);
    };
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
