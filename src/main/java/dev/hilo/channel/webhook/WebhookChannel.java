package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import dev.hilo.channel.MediaSource;
import java.util.Locale;
import java.util.Map;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One program. Answers are posted to it as {@code message.created}; our message id is the
 * webhook-id, by which it recognises a repeat.
 */
final class WebhookChannel implements Channel {
  private static final int TEXT = 10_000;
  private static final long FILE = 50L << 20;
  private static final Duration LINK = Duration.ofDays(1);

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
        .choices(20)
        .anyMedia(FILE)
        .with(Feature.RECEIPTS, Feature.REPLIES, Feature.REPEATABLE);
  }

  /** Whoever wrote the message gave the address: it is not believed. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    try {
      return new MediaSource.Link(URI.create(requireNonNullElse(media.ref(), "")), Map.of(), false);
    } catch (IllegalArgumentException e) {
      return new MediaSource.Gone("its url is no address");
    }
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    URI url = settings.outgoingUrl();
    if (url == null) {
      return new SendResult.Refused("no-outgoing-url", "nowhere to send is configured");
    }
    ObjectNode data = data(message);
    if (data == null) {
      return new SendResult.Refused(
          "unsupported", "only text of 1 to " + TEXT + " characters, choices and files can be sent here");
    }
    ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", "message.created");
    String now = Instant.now().toString();
    event.put("timestamp", now).set("data", data);
    byte[] body = event.toString().getBytes(UTF_8);
    String timestamp = Long.toString(Instant.now().getEpochSecond());
    String signature =
        switch (SigningKey.of(requireNonNull(settings.outgoingSecret()))) {
          case SigningKey.Shared key -> key.sign(message.id(), timestamp, body);
          case SigningKey.Public _ -> throw new IllegalStateException("checked by the settings");
        };
    return PlatformCall.post(url.toString())
        .header("webhook-id", message.id())
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body("application/json", body)
        .send(ports, message.attempt(), a -> judge(a, message));
  }

  private static SendResult judge(PlatformCall.Answer answer, Outbound message) {
    if (answer.taken()) {
      return new SendResult.Accepted(requireNonNullElse(answer.body().id("id"), message.id()));
    }
    int status = answer.status();
    String why = "HTTP " + status;
    Duration after = answer.retryAfter();
    return status == 429 || status >= 500
        ? new SendResult.Retry(after == null ? PlatformCall.pause(message.attempt()) : after, why)
        : new SendResult.Refused(Integer.toString(status), why);
  }

  /** Null for what the vocabulary has no words for. */
  private @Nullable ObjectNode data(Outbound message) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("id", message.id());
    String text =
        switch (message.content()) {
          case Content.Text(var words) -> words;
          case Content.Choices(var words, var options) -> {
            var all = data.putArray("options");
            for (var option : options) {
              all.addObject().put("id", option.id()).put("title", option.title());
            }
            yield words;
          }
          case Content.Media file when file.blob() != null -> {
            ObjectNode one = data.putArray("attachments").addObject();
            one.put("kind", file.kind().name().toLowerCase(Locale.ROOT))
                .put("url", ports.blobs().link(file, LINK).toString())
                .put("mime", file.mime())
                .put("size", file.size())
                .put("name", file.name());
            yield requireNonNullElse(file.caption(), "");
          }
          case Content.Media _,
              Content.Location _,
              Content.Contact _,
              Content.Choice _,
              Content.Form _,
              Content.Card _,
              Content.Template _,
              Content.Email _,
              Content.Unsupported _ ->
              "";
        };
    boolean says = !text.isBlank() || data.has("attachments");
    if (!says || text.length() > TEXT || !message.attachments().isEmpty()) {
      return null;
    }
    data.put("text", text).putObject("recipient").put("id", message.to().id());
    ObjectNode sender = data.putObject("sender").put("role", "agent");
    if (message.agentName() != null) {
      sender.put("name", message.agentName());
    }
    if (message.replyTo() != null) {
      data.put("replyTo", message.replyTo());
    }
    String conversation = message.context().get("conversation");
    if (conversation != null) {
      data.put("conversation", conversation);
    }
    return data;
  }
}
