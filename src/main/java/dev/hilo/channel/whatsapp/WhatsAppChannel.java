package dev.hilo.channel.whatsapp;

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
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.meta.Graph;
import dev.hilo.channel.meta.GraphError;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The phone numbers of one Meta app. */
final class WhatsAppChannel implements Channel {
  /** Larger files are fetched by Meta. */
  private static final long UPLOADED = 16 << 20;

  private static final SendResult CANNOT =
      new SendResult.Refused("unsupported", "WhatsApp cannot show it");

  private final WhatsAppSettings settings;
  private final Ports ports;
  private final Graph graph;
  private final Webhook webhook;

  WhatsAppChannel(WhatsAppSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.graph = new Graph(ports, settings.baseUrl(), settings.version(), true);
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
        .anyMedia(WhatsAppMessage.DOCUMENT_MB << 20)
        .with(Feature.RECEIPTS, Feature.REPLIES, Feature.TEMPLATES, Feature.REACTIONS)
        .with(Feature.LOCATIONS, Feature.TYPING, Feature.READS)
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
      case WhatsAppMessage.Body(var json) -> post(json, from, message.attempt());
      case WhatsAppMessage.File(var json, var file, var mime) -> {
        var media = (Content.Media) message.content();
        if (media.size() > UPLOADED) {
          file.put("link", ports.blobs().link(media, Duration.ofDays(1)).toString());
          yield post(json, from, message.attempt());
        }
        SendResult uploaded = upload(media, mime, from, message.attempt());
        if (uploaded instanceof SendResult.Accepted(var id, _)) {
          file.put("id", id);
          yield post(json, from, message.attempt());
        }
        yield uploaded;
      }
    };
  }

  private SendResult post(ObjectNode json, TokenAccount from, int attempt)
      throws InterruptedException {
    String path = PlatformCall.encoded(from.id()) + "/messages";
    return graph.post(path, from, json, attempt, body -> body.first("messages").id("id"));
  }

  /** Nothing is sent by it: whatever became of an upload, it may be done again. */
  private SendResult upload(Content.Media media, String mime, TokenAccount from, int attempt)
      throws InterruptedException {
    byte[] bytes;
    try (var in = ports.blobs().open(Objects.requireNonNull(media.blob()))) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      return new SendResult.Retry(PlatformCall.pause(attempt), "the file cannot be read now");
    }
    String name = Objects.requireNonNullElse(media.name(), "file");
    SendResult result =
        PlatformCall.post(graph.url(PlatformCall.encoded(from.id()) + "/media"))
            .bearer(from.token().value())
            .within(Duration.ofMinutes(1))
            .multipart(
                List.of(
                    PlatformCall.Part.field("messaging_product", "whatsapp"),
                    PlatformCall.Part.field("type", mime),
                    new PlatformCall.Part("file", name, mime, bytes)))
            .send(ports, attempt, answer -> graph.judge(answer, attempt, body -> body.id("id")));
    return result instanceof SendResult.Unknown(var why)
        ? new SendResult.Retry(PlatformCall.pause(attempt), "the upload failed: " + why)
        : result;
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    var from = TokenAccount.find(settings.accounts(), gesture.account());
    if (from == null) {
      return new SendResult.Refused("unknown-account", "no such phone number id is configured");
    }
    return switch (gesture) {
      case Gesture.Read read -> read(read.target(), false, from);
      case Gesture.Typing typing -> {
        String newest = typing.context().get("message_id");
        yield newest == null
            ? CANNOT
            : typing.on() ? read(newest, true, from) : new SendResult.Accepted(newest);
      }
      case Gesture.React react -> {
        ObjectNode json = WhatsAppMessage.to(react.to(), react.context());
        json.put("type", "reaction")
            .putObject("reaction")
            .put("message_id", react.target())
            .put("emoji", react.on() ? react.emoji() : "");
        yield post(json, from, 1);
      }
      case Gesture.Edit _, Gesture.Remove _ -> CANNOT;
    };
  }

  /** That we type can only be shown together with that we read; it ends by itself. */
  private SendResult read(String message, boolean typing, TokenAccount from)
      throws InterruptedException {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("messaging_product", "whatsapp");
    json.put("status", "read").put("message_id", message);
    if (typing) {
      json.putObject("typing_indicator").put("type", "text");
    }
    String path = PlatformCall.encoded(from.id()) + "/messages";
    return graph.post(path, from, json, 1, body -> body.flag("success") ? message : null);
  }

  /** Meta names an address for five minutes, which wants our token too. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    var as = TokenAccount.find(settings.accounts(), account);
    String id = media.ref();
    if (as == null || id == null) {
      return new MediaSource.Gone("Meta gave no id for it");
    }
    String path = PlatformCall.encoded(id) + "?phone_number_id=" + PlatformCall.encoded(as.id());
    String bearer = "Bearer " + as.token().value();
    try {
      var answer = PlatformCall.get(graph.url(path)).header("authorization", bearer).ask(ports);
      if (answer.taken()) {
        return Graph.link(answer.body().text("url"), Map.of("authorization", bearer), true);
      }
      var error = answer.body().at("error");
      boolean locked = answer.status() == 401;
      return switch (GraphError.judge(error, answer.status(), 1, answer.retryAfter())) {
        case SendResult.Retry(var after, var why) -> new MediaSource.Later(after, why);
        case SendResult.Refused r when !locked && !r.credentials() -> new MediaSource.Gone(r.why());
        case SendResult.Refused r -> new MediaSource.Later(Duration.ofMinutes(10), r.why());
        case SendResult.Accepted _, SendResult.WindowClosed _, SendResult.Unknown _ ->
            new MediaSource.Later(Duration.ofMinutes(1), "HTTP " + answer.status());
      };
    } catch (IOException e) {
      return new MediaSource.Later(PlatformCall.pause(1), "no answer: " + e.getMessage());
    }
  }
}
