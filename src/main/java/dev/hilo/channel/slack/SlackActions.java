package dev.hilo.channel.slack;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What somebody pressed or commanded. */
final class SlackActions {
  private SlackActions() {}

  static Inbound command(FormBody form) {
    String key = form.required("trigger_id");
    String command = form.required("command");
    String said = requireNonNullElse(form.text("text"), "");
    var place =
        new SlackPlace(
            form.required("team_id"),
            "directmessage".equals(form.text("channel_name")) ? "" : form.required("channel_id"),
            form.required("user_id"),
            form.text("user_name"),
            null);
    var content =
        new Content.Choice(
            "slash-command",
            command.startsWith("/") ? command.substring(1) : command,
            (command + " " + said).strip(),
            null,
            said);
    return message(place, key, null, content, false, null, form.required("channel_id"));
  }

  static List<Inbound> of(Payload payload) {
    Payload user = payload.at("user");
    Payload container = payload.at("container");
    String team = payload.at("team").id("id");
    String channel = payload.at("channel").id("id");
    String thread = container.id("thread_ts");
    var place =
        new SlackPlace(
            team != null ? team : user.required("team_id"),
            requireNonNullElse(channel, ""),
            user.required("id"),
            user.text("name"),
            thread);
    String asked = container.id("message_ts");
    List<Payload> actions = payload.list("actions");
    if (!"block_actions".equals(payload.text("type")) || actions.isEmpty()) {
      String kind = requireNonNullElse(payload.id("type"), "interaction");
      String key = payload.required("trigger_id");
      var content = new Content.Unsupported(kind, payload.raw());
      return List.of(message(place, key, null, content, true, asked, channel));
    }
    return actions.stream()
        .map(
            action -> {
              String ts = action.required("action_ts");
              String id = action.required("action_id");
              String key = "action:" + ts + ":" + place.user() + ":" + id;
              return message(place, key, ts, choice(id, action), false, asked, channel);
            })
        .toList();
  }

  private static Content choice(String id, Payload action) {
    Payload selected = action.at("selected_option");
    String value = action.text("value");
    for (String other : List.of("selected_date", "selected_time", "selected_user")) {
      value = value == null ? action.text(other) : value;
    }
    String label = action.at("text").text("text");
    return new Content.Choice(
        requireNonNullElse(action.id("type"), "button"),
        id,
        label != null ? label : selected.at("text").text("text"),
        null,
        value != null ? value : selected.text("value"));
  }

  private static Inbound message(
      SlackPlace place,
      String key,
      @Nullable String ts,
      Content content,
      boolean automatic,
      @Nullable String asked,
      @Nullable String channel) {
    String root = place.thread() != null || place.direct() ? place.thread() : asked;
    return new Inbound.Message(
        place.origin(Payload.cut(key, 500), ts),
        Payload.cut(key, 500),
        false,
        automatic,
        content,
        List.of(),
        asked,
        Map.of(),
        new Facts().put("channel", channel).put("ts", asked).put("thread", root).map());
  }
}
