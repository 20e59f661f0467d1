package dev.hilo.channel.wechat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Part;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One Official Account, which answers by the customer-service interface. That names no message it
 * took, and knows no repeats.
 */
final class WeChatChannel implements Channel {
  private static final int TEXT_BYTES = 2048;
  private static final int CHOICES = 10;
  private static final int IMAGE_BYTES = 10 << 20;
  private static final int VOICE_BYTES = 2 << 20;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final WeChatSettings settings;
  private final TokenAccount own;
  private final Ports ports;
  private final WeChatApi api;
  private final Webhook webhook;

  WeChatChannel(WeChatSettings settings, Ports ports) {
    this.settings = settings;
    this.own = settings.accounts().getFirst();
    this.ports = ports;
    this.api = new WeChatApi(settings, ports);
    this.webhook = new WeChatWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(own.account());
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT_BYTES / 3) // of Chinese
        .choices(CHOICES)
        .anyMedia(50 << 20)
        .with(Feature.TYPING)
        .within(Duration.ofDays(2));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (!message.account().equals(own.id())) {
      return refused("unknown-account", "no such account is configured");
    }
    if (!message.attachments().isEmpty()) {
      return refused("unsupported", "one file in each message, not beside a text");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> text(message, text);
      case Content.Choices choices -> choices(message, choices);
      case Content.Media media -> media(message, media);
      case Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          refused("unsupported", "only text, choices and files can be sent here");
    };
  }

  private static SendResult refused(String code, String why) {
    return new SendResult.Refused(code, why);
  }

  private SendResult text(Outbound message, String text) throws InterruptedException {
    int bytes = text.getBytes(UTF_8).length;
    return text.isBlank() || bytes > TEXT_BYTES
        ? refused("text", "a text must have 1 to " + TEXT_BYTES + " bytes, not " + bytes)
        : say(message, "text", JSON.objectNode().put("content", text));
  }

  private SendResult choices(Outbound message, Content.Choices choices)
      throws InterruptedException {
    var options = choices.options();
    if (options.isEmpty()
        || options.size() > CHOICES
        || options.stream().anyMatch(o -> o.id().isEmpty() || o.id().length() > 128)) {
      return text(message, Numbered.list(choices));
    }
    ObjectNode menu = JSON.objectNode().put("head_content", choices.text());
    ArrayNode list = menu.putArray("list");
    options.forEach(o -> list.addObject().put("id", o.id()).put("content", o.title()));
    return say(message, "msgmenu", menu.put("tail_content", ""));
  }

  /** There are no captions: a picture with one is an article, other files are links. */
  private SendResult media(Outbound message, Content.Media media) throws InterruptedException {
    if (media.blob() == null) {
      return refused("media", "the file was not stored");
    }
    String caption = requireNonNullElse(media.caption(), "").strip();
    String kind = kind(media);
    if (kind != null && caption.isEmpty()) {
      return upload(message, media, kind);
    }
    String link = ports.blobs().link(media, Duration.ofDays(30)).toString();
    if ("image".equals(kind)) {
      ObjectNode news = JSON.objectNode();
      news.putArray("articles")
          .addObject()
          .put("title", caption)
          .put("description", "")
          .put("url", link)
          .put("picurl", link);
      return say(message, "news", news);
    }
    return text(
        message,
        Stream.of(caption, requireNonNullElse(media.name(), ""), link)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining("\n")));
  }

  /** As what WeChat shows it, or null; a film would need a picture of it. */
  private static @Nullable String kind(Content.Media media) {
    return switch (requireNonNullElse(media.mime(), "")) {
      case "image/jpeg", "image/png", "image/gif", "image/bmp" ->
          media.size() <= IMAGE_BYTES ? "image" : null;
      case "audio/amr", "audio/mpeg" -> media.size() <= VOICE_BYTES ? "voice" : null;
      default -> null;
    };
  }

  private SendResult upload(Outbound message, Content.Media media, String kind)
      throws InterruptedException {
    byte[] bytes;
    try (var stored = ports.blobs().open(requireNonNullElse(media.blob(), ""))) {
      bytes = stored.readAllBytes();
    } catch (IOException e) {
      return new SendResult.Retry(
          PlatformCall.pause(message.attempt()), "not read: " + e.getClass().getSimpleName());
    }
    var part = new Part("media", requireNonNullElse(media.name(), kind), media.mime(), bytes);
    var id = new AtomicReference<@Nullable String>();
    var result =
        api.send(
            message.attempt(),
            token ->
                PlatformCall.post(url("/cgi-bin/media/upload", token) + "&type=" + kind)
                    .multipart(List.of(part)),
            answer -> {
              id.set(answer.id("media_id"));
              return new SendResult.Accepted("");
            });
    String uploaded = id.get();
    if (uploaded == null) { // nobody has seen anything yet
      return result instanceof SendResult.Unknown(var why)
          ? new SendResult.Retry(PlatformCall.pause(message.attempt()), why)
          : result instanceof SendResult.Accepted
              ? refused("media", "WeChat names no uploaded file")
              : result;
    }
    return say(message, kind, JSON.objectNode().put("media_id", uploaded));
  }

  private SendResult say(Outbound message, String type, ObjectNode content)
      throws InterruptedException {
    ObjectNode body = JSON.objectNode().put("touser", message.to().id()).put("msgtype", type);
    body.set(type, content);
    return api.send(
        message.attempt(),
        token -> PlatformCall.post(url("/cgi-bin/message/custom/send", token)).json(body),
        _ -> new SendResult.Accepted(message.id()));
  }

  private String url(String path, String token) {
    return settings.baseUrl() + path + "?access_token=" + PlatformCall.encoded(token);
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    if (!(gesture instanceof Gesture.Typing typing) || !gesture.account().equals(own.id())) {
      return refused("unsupported", "WeChat shows typing only");
    }
    ObjectNode body =
        JSON.objectNode()
            .put("touser", typing.to().id())
            .put("command", typing.on() ? "Typing" : "CancelTyping");
    return api.send(
        1,
        token -> PlatformCall.post(url("/cgi-bin/message/custom/typing", token)).json(body),
        _ -> new SendResult.Accepted(""));
  }

  /** A film is not given but said where it is. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    String ref = media.ref();
    if (ref == null || !account.equals(own.id())) {
      return new MediaSource.Gone("the message names no file");
    }
    try {
      String url =
          url("/cgi-bin/media/get", api.token()) + "&media_id=" + PlatformCall.encoded(ref);
      return media.kind() == Content.Media.Kind.VIDEO ? film(url) : link(url);
    } catch (IOException _) {
      return new MediaSource.Later(Duration.ofMinutes(1), "no access token");
    }
  }

  private static MediaSource link(String url) {
    return new MediaSource.Link(URI.create(url), Map.of(), true);
  }

  private MediaSource film(String url) throws InterruptedException {
    PlatformCall.Answer answer;
    try {
      answer = PlatformCall.get(url).ask(ports);
    } catch (IOException _) {
      return link(url); // more bytes than an answer has
    }
    String there = answer.body().text("video_url");
    if (there != null) {
      return MediaSource.of(there, Map.of(), true);
    }
    return answer.body().isEmpty()
        ? link(url)
        : new MediaSource.Gone("WeChat says " + answer.body().number("errcode", 0));
  }
}
