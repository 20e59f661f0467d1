package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One program. Answers are posted to it as {@code message.created}; our message id is the
 * webhook-id, by which it recognises a repeat.
 */
final class WebhookChannel implements Channel {
  private static final int TEXT = 10_000;
  private static final int CHOICES = 20;

  private final WebhookSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  WebhookChannel(WebhookSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new StandardWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(new Account(settings.account(), settings.name()));
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .choices(CHOICES)
        .anyMedia(50 << 20)
        .with(
            Feature.RECEIPTS,
            Feature.REPLIES,
            Feature.REACTIONS,
            Feature.EDITS,
            Feature.REMOVALS,
            Feature.LOCATIONS,
            Feature.TYPING,
            Feature.READS,
            Feature.REPEATABLE);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    ObjectNode data = data(message.id(), message.to(), message.context());
    if (!message.attachments().isEmpty() || !say(data, message.content())) {
      return unsupported();
    }
    ObjectNode sender = data.putObject("sender").put("role", "agent");
    if (message.agentName() != null) {
      sender.put("name", message.agentName());
    }
    if (message.replyTo() != null) {
      data.put("replyTo", message.replyTo());
    }
    return post("message.created", message.id(), data, message.id(), message.attempt());
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    String about = gesture.about();
    ObjectNode data = data(about, gesture.to(), gesture.context());
    String type =
        switch (gesture) {
          case Gesture.Typing t -> {
            data.put("on", t.on());
            yield "message.typing";
          }
          case Gesture.Read _ -> "message.read";
          case Gesture.React r -> {
            data.put("emoji", r.emoji()).put("action", r.on() ? "add" : "remove");
            yield "message.reaction";
          }
          case Gesture.Edit e -> say(data, e.content()) ? "message.updated" : "";
          case Gesture.Remove _ -> "message.deleted";
        };
    return type.isEmpty()
        ? unsupported()
        : post(type, UUID.randomUUID().toString(), data, String.valueOf(about), 1);
  }

  private static SendResult unsupported() {
    return new SendResult.Refused(
        "unsupported",
        "only text of 1 to " + TEXT + " characters, choices, a file or a place can be sent here");
  }

  /** {@code id}: of the call, by which the receiver recognises a repeat. */
  private SendResult post(String type, String id, ObjectNode data, String target, int attempt)
      throws InterruptedException {
    URI url = settings.outgoingUrl();
    if (url == null) {
      return new SendResult.Refused("no-outgoing-url", "nowhere to send is configured");
    }
    ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
    event.put("timestamp", Instant.now().toString()).set("data", data);
    byte[] body = event.toString().getBytes(UTF_8);
    String timestamp = Long.toString(Instant.now().getEpochSecond());
    String signature =
        switch (SigningKey.of(requireNonNull(settings.outgoingSecret()))) {
          case SigningKey.Shared key -> key.sign(id, timestamp, body);
          case SigningKey.Public _ -> throw new IllegalStateException("checked by the settings");
        };
    return PlatformCall.post(url.toString())
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body("application/json", body)
        .send(ports, attempt, answer -> judge(answer, target, attempt));
  }

  /** 410 means: do not call again (Standard Webhooks 1.0.0). */
  private static SendResult judge(PlatformCall.Answer answer, String target, int attempt) {
    if (answer.taken()) {
      return new SendResult.Accepted(requireNonNullElse(answer.body().id("id"), target));
    }
    int status = answer.status();
    String why = "HTTP " + status;
    return status == 429 || status >= 500
        ? new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why)
        : new SendResult.Refused(Integer.toString(status), why, status == 410);
  }

  private static ObjectNode data(@Nullable String id, Address to, Map<String, String> context) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    if (id != null) {
      data.put("id", id);
    }
    data.putObject("recipient").put("id", to.id());
    String conversation = context.get("conversation");
    return conversation == null ? data : data.put("conversation", conversation);
  }

  /** False for what the vocabulary has no words for. */
  private boolean say(ObjectNode data, Content content) {
    return switch (content) {
      case Content.Text(var text) -> text(data, text);
      case Content.Choices(var text, var options) -> {
        var all = data.putArray("options");
        for (var option : options) {
          all.addObject().put("id", option.id()).put("title", option.title());
        }
        yield options.size() <= CHOICES && text(data, text);
      }
      case Content.Media media -> media.blob() != null && file(data, media);
      case Content.Location l -> {
        var place = data.putObject("location").put("latitude", l.latitude());
        place.put("longitude", l.longitude());
        named(place, "name", l.name());
        named(place, "address", l.address());
        yield true;
      }
      case Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          false;
    };
  }

  private static boolean text(ObjectNode data, String text) {
    data.put("text", text);
    return !text.isBlank() && text.length() <= TEXT;
  }

  private boolean file(ObjectNode data, Content.Media media) {
    var file = data.putArray("attachments").addObject();
    file.put("kind", media.kind().name().toLowerCase(Locale.ROOT));
    file.put("url", ports.blobs().link(media, Duration.ofDays(1)).toString());
    named(file, "mime", media.mime());
    named(file, "name", media.name());
    if (media.size() >= 0) {
      file.put("size", media.size());
    }
    String caption = media.caption();
    return caption == null || caption.isBlank() || text(data, caption);
  }

  private static void named(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
