package dev.hilo.channel.slack;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Field;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way to Slack in three calls: where to, the bytes, and into which channel. Only
 * after the last one anybody sees it, so only that one leaves a doubt.
 */
final class SlackUpload {
  private final SlackChannel slack;
  private final TokenAccount team;
  private final Outbound message;

  SlackUpload(SlackChannel slack, TokenAccount team, Outbound message) {
    this.slack = slack;
    this.team = team;
    this.message = message;
  }

  SendResult send(Content.Media media) throws InterruptedException {
    String blob = media.blob();
    if (blob == null) {
      return new SendResult.Refused("media", "the file was not stored");
    }
    try (var stored = slack.ports().blobs().open(blob)) {
      return send(media, stored.readAllBytes());
    } catch (IOException e) {
      return new SendResult.Retry(
          PlatformCall.pause(message.attempt()), "not sent: " + e.getClass().getSimpleName());
    }
  }

  private SendResult send(Content.Media media, byte[] bytes)
      throws InterruptedException, IOException {
    String name = requireNonNullElse(media.name(), "file");
    var place =
        slack
            .form(
                team,
                "files.getUploadURLExternal",
                List.of(
                    new Field("filename", name), new Field("length", String.valueOf(bytes.length))))
            .ask(slack.ports());
    String id = place.body().id("file_id");
    String url = place.body().text("upload_url");
    if (!place.body().flag("ok") || id == null || url == null) {
      return safe(SlackChannel.fault(place, message.attempt()));
    }
    if (!(MediaSource.of(url, Map.of(), false) instanceof MediaSource.Link)) {
      return new SendResult.Refused("media", "Slack gave no address for the file");
    }
    String mime = requireNonNullElse(media.mime(), "application/octet-stream");
    var uploaded = PlatformCall.post(url).body(mime, bytes).ask(slack.ports());
    if (!uploaded.taken()) {
      return safe(SlackChannel.fault(uploaded, message.attempt()));
    }
    String channel = channel();
    if (channel == null) {
      return new SendResult.Refused("channel_not_found", "no direct message could be opened");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("channel_id", channel);
    body.putArray("files").addObject().put("id", id).put("title", name);
    String thread = slack.thread(team, message);
    if (thread != null) {
      body.put("thread_ts", thread);
    }
    if (media.caption() != null && !media.caption().isBlank()) {
      body.put("initial_comment", SlackText.escaped(media.caption()));
    }
    return slack.call(
        slack.post(team, "files.completeUploadExternal", body),
        message.attempt(),
        _ -> new SendResult.Accepted(id));
  }

  /** Nobody has seen anything yet. */
  private SendResult safe(SendResult result) {
    return result instanceof SendResult.Unknown(var why)
        ? new SendResult.Retry(PlatformCall.pause(message.attempt()), why)
        : result;
  }

  /** Files go to channels only, so that with a person is opened; opening it twice is harmless. */
  private @Nullable String channel() throws InterruptedException, IOException {
    String to = SlackChannel.channel(message.to(), message.context());
    if (!to.matches("[UW].*")) {
      return to;
    }
    Payload opened =
        slack
            .form(team, "conversations.open", List.of(new Field("users", to)))
            .ask(slack.ports())
            .body();
    return opened.at("channel").id("id");
  }
}
