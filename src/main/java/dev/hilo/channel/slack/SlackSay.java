package dev.hilo.channel.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text and buttons as Slack wants them, marked so that we know them when they come back. */
final class SlackSay {
  /** A section holds so much, escaped. */
  static final int TEXT = 3000;

  static final int BUTTONS = 25;

  /** The beginning of the first block's id in all that we send. */
  static final String MARK = "hilo:";

  private static final int LABEL = 75;
  private static final int ID = 255;

  /** Slack has names for what people pick most; others can be given by their Slack name. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("👍", "+1"),
          Map.entry("👎", "-1"),
          Map.entry("❤", "heart"),
          Map.entry("😂", "joy"),
          Map.entry("🤣", "rolling_on_the_floor_laughing"),
          Map.entry("😊", "blush"),
          Map.entry("🙂", "slightly_smiling_face"),
          Map.entry("😍", "heart_eyes"),
          Map.entry("😮", "open_mouth"),
          Map.entry("😢", "cry"),
          Map.entry("😡", "rage"),
          Map.entry("🙏", "pray"),
          Map.entry("👏", "clap"),
          Map.entry("🎉", "tada"),
          Map.entry("✅", "white_check_mark"),
          Map.entry("👀", "eyes"),
          Map.entry("🔥", "fire"),
          Map.entry("💯", "100"));

  private SlackSay() {}

  /** Null where it has no text, too much of it, or is neither text nor choices. */
  static @Nullable ObjectNode body(Content content, String id) {
    return switch (content) {
      case Content.Text(var text) -> body(text, List.of(), id);
      case Content.Choices choices ->
          fits(choices.options())
              ? body(choices.text(), choices.options(), id)
              : body(Numbered.list(choices), List.of(), id);
      case Content.Media _,
          Content.Location _,
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

  private static @Nullable ObjectNode body(
      String text, List<Content.Choices.Option> options, String id) {
    String marked = SlackText.escaped(text);
    if (text.isBlank() || marked.length() > TEXT) {
      return null;
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("text", marked);
    ArrayNode blocks = body.putArray("blocks");
    ObjectNode section = blocks.addObject().put("type", "section").put("block_id", MARK + id);
    section.putObject("text").put("type", "mrkdwn").put("text", marked);
    if (!options.isEmpty()) {
      ArrayNode buttons = blocks.addObject().put("type", "actions").putArray("elements");
      for (var option : options) {
        ObjectNode button = buttons.addObject().put("type", "button");
        button.put("action_id", option.id()).put("value", option.id());
        button.putObject("text").put("type", "plain_text").put("text", option.title());
      }
    }
    return body;
  }

  private static boolean fits(List<Content.Choices.Option> options) {
    var ids = new HashSet<String>();
    return options.size() <= BUTTONS
        && options.stream()
            .allMatch(
                o ->
                    ids.add(o.id())
                        && !o.id().isEmpty()
                        && o.id().length() <= ID
                        && !o.title().isBlank()
                        && o.title().length() <= LABEL);
  }

  /** Null for an emoji whose name we do not know. */
  static @Nullable String emoji(String emoji) {
    return emoji.matches("[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
        ? emoji
        : NAMES.get(emoji.replace("\uFE0F", ""));
  }

  /** A platform's word for what is wrong, of which nothing is shown but such a word. */
  static String word(Payload answer, int status) {
    String error = answer.text("error");
    return error != null && error.matches("[a-z_]{1,60}") ? error : "HTTP " + status;
  }
}
