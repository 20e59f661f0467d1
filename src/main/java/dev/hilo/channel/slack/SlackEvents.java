package dev.hilo.channel.slack;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of the Events API (read 2026-08). Throws {@link IllegalArgumentException} where it
 * names no person.
 */
final class SlackEvents {
  private final String team;
  private final Payload envelope;
  private final Payload event;
  private final String kind;

  SlackEvents(String team, Payload envelope) {
    this.team = team;
    this.envelope = envelope;
    this.event = envelope.at("event");
    this.kind = event.required("type");
  }

  List<Inbound> items() {
    return switch (kind) {
      case "message", "app_mention" -> message();
      case "reaction_added", "reaction_removed" -> reaction();
      case "member_joined_channel" ->
          List.of(notice(ours(event) ? "join" : "member-joined", Map.of()));
      case "member_left_channel" -> List.of(notice("leave", Map.of()));
      case "app_uninstalled" -> List.of(revoked());
      case "tokens_revoked" -> revokesBot() ? List.of(revoked()) : List.of();
      default -> List.of(unsupported(kind));
    };
  }

  private List<Inbound> message() {
    return switch (requireNonNullElse(event.text("subtype"), "")) {
      case "", "thread_broadcast", "file_share", "me_message", "bot_message" -> said();
      case "message_changed" -> changed(event.at("message"), event.at("previous_message"));
      case "message_deleted" -> removed(event.required("deleted_ts"), event.at("previous_message"));
      case "message_replied" -> List.of(); // the reply itself comes, too
      case String other ->
          List.of(
              notice(
                  "system", new Facts().put("name", other).put("text", event.text("text")).map()));
    };
  }

  /**
   * What this app wrote comes back. What we sent is recognised by the id of its first block, or as
   * a file; in a direct message nothing says to whom it was.
   */
  private List<Inbound> said() {
    String ts = event.required("ts");
    boolean echo = ours(event);
    var place = place(event, event.id("thread_ts"));
    if (echo && (place.direct() || sentByUs())) {
      return List.of();
    }
    String raw = requireNonNullElse(event.text("text"), "");
    String text = SlackText.plain(raw);
    var files = new ArrayList<Content.Media>();
    event.list("files").stream().limit(20).forEach(file -> file(file, files));
    boolean bare = text.isEmpty() && !files.isEmpty();
    return List.of(
        new Inbound.Message(
            place.origin(place.channel() + ":" + ts, ts),
            ts,
            echo,
            !echo && event.has("bot_id"),
            !bare ? words(text) : files.getFirst(),
            bare ? List.copyOf(files.subList(1, files.size())) : List.copyOf(files),
            ts.equals(place.thread()) ? null : place.thread(),
            details(raw, text),
            context(place, ts)));
  }

  private Content words(String text) {
    return text.isEmpty() ? new Content.Unsupported("blocks", event.raw()) : new Content.Text(text);
  }

  private boolean sentByUs() {
    return event.has("files")
        || event.list("blocks").stream()
            .anyMatch(b -> requireNonNullElse(b.text("block_id"), "").startsWith(SlackSay.MARK));
  }

  /** By the app or by its bot user. */
  private boolean ours(Payload said) {
    String app = envelope.id("api_app_id");
    String user = said.id("user");
    return said.has("bot_id") && app != null && app.equals(said.id("app_id"))
        || envelope.list("authorizations").stream()
            .anyMatch(a -> a.flag("is_bot") && user != null && user.equals(a.id("user_id")));
  }

  private static void file(Payload file, List<Content.Media> files) {
    String id = file.id("id");
    String mime = requireNonNullElse(file.text("mimetype"), "");
    String mode = requireNonNullElse(file.text("mode"), "");
    if (id != null) {
      files.add(
          new Content.Media(
              "slack_audio".equals(file.text("subtype")) ? Content.Media.Kind.VOICE : kind(mime),
              null,
              mime.isEmpty() ? null : mime,
              file.number("size", -1),
              file.text("name"),
              null,
              id,
              mode.equals("tombstone") || mode.equals("hidden_by_limit")
                  ? "Slack does not give it any more: " + mode
                  : null));
    }
  }

  private static Content.Media.Kind kind(String mime) {
    return switch (mime.toLowerCase(Locale.ROOT).replaceFirst("/.*", "")) {
      case "image" -> Content.Media.Kind.IMAGE;
      case "video" -> Content.Media.Kind.VIDEO;
      case "audio" -> Content.Media.Kind.AUDIO;
      default -> Content.Media.Kind.FILE;
    };
  }

  private Map<String, String> details(String raw, String text) {
    String theirs = event.id("user_team");
    boolean external = theirs != null && !theirs.equals(team);
    var details =
        new Facts()
            .put("event", envelope.id("event_id"))
            .put("mentions", String.join(",", SlackText.mentions(raw)))
            .put("raw", raw.equals(text) ? null : raw)
            .put("from", ours(event) ? event.id("user") : null)
            .put("external", external || event.flag("is_stranger") ? "true" : null)
            .put("sender-team", external ? theirs : null);
    int number = 1;
    for (Payload file : event.list("files").stream().limit(3).toList()) {
      details.put("media.url" + (number == 1 ? "" : "." + number), url(file));
      number++;
    }
    return details.map();
  }

  private static @Nullable String url(Payload file) {
    String download = file.text("url_private_download");
    return download != null ? download : file.text("url_private");
  }

  /** Answers go into the thread of what was said; in a direct message only if there is one. */
  private static Map<String, String> context(SlackPlace place, String ts) {
    String root = place.thread() != null || place.direct() ? place.thread() : ts;
    return new Facts().put("channel", place.channel()).put("ts", ts).put("thread", root).map();
  }

  /** Slack tells of a change, too, when it only shows what a link leads to. */
  private List<Inbound> changed(Payload message, Payload before) {
    String ts = message.required("ts");
    if ("tombstone".equals(message.text("subtype"))) {
      return removed(ts, before);
    }
    String edited = message.at("edited").text("ts");
    String text = requireNonNullElse(message.text("text"), "");
    boolean same =
        text.equals(before.text("text"))
            && (edited == null || edited.equals(before.at("edited").text("ts")));
    if (same || ours(message)) {
      return List.of();
    }
    String at = event.required("ts");
    var place = place(message, message.id("thread_ts"));
    return List.of(
        new Inbound.Edit(
            place.origin(place.channel() + ":" + ts + "|edit|" + at, at),
            ts,
            new Content.Text(SlackText.plain(text))));
  }

  private List<Inbound> removed(String ts, Payload before) {
    if (ours(before)) {
      return List.of();
    }
    var place = place(before, before.id("thread_ts"));
    String key = place.channel() + ":" + ts + "|delete";
    return List.of(new Inbound.Removal(place.origin(key, event.id("ts")), ts));
  }

  private List<Inbound> reaction() {
    Payload item = event.at("item");
    String ts = item.id("ts");
    if (ts == null || ours(event)) {
      return List.of(); // on a file, or our own
    }
    var place = SlackPlace.of(team, item.required("channel"), event, event.required("user"), null);
    return List.of(
        new Inbound.Reaction(
            place.origin(envelope.required("event_id"), event.id("event_ts")),
            ts,
            event.required("reaction"),
            kind.equals("reaction_added")));
  }

  private Inbound notice(String what, Map<String, String> details) {
    var origin = place(event, null).origin(envelope.required("event_id"), event.id("event_ts"));
    return new Inbound.Notice(origin, what, details);
  }

  private Inbound unsupported(String name) {
    String id = envelope.required("event_id");
    var place = place(event, event.id("thread_ts"));
    return new Inbound.Message(
        place.origin(id, event.id("event_ts")),
        id,
        false,
        true,
        new Content.Unsupported(name, event.raw()),
        List.of(),
        null,
        Map.of(),
        Map.of());
  }

  private boolean revokesBot() {
    return !event.has("tokens") || !event.at("tokens").list("bot").isEmpty();
  }

  private Inbound revoked() {
    var origin =
        new Inbound.Origin(
            team,
            new Address(SlackChannelType.NAME, team, team),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            envelope.required("event_id"),
            envelope.seconds("event_time"));
    return new Inbound.AccountChanged(origin, false, kind);
  }

  private SlackPlace place(Payload said, @Nullable String thread) {
    String channel = event.id("channel");
    String user = said.id("user");
    return SlackPlace.of(
        team,
        channel != null ? channel : event.id("channel_id"),
        said,
        user != null ? user : said.required("bot_id"),
        thread);
  }
}
