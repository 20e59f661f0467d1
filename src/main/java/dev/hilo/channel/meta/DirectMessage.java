package dev.hilo.channel.meta;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code message} of a send, or why there cannot be one. Sizes of files are from memory. */
sealed interface DirectMessage {
  int QUICK_REPLIES = 13;
  int BUTTONS = 3;
  int BUTTON_TEXT = 640;
  int TITLE = 20;
  int PAYLOAD = 1000;
  long IMAGE = 8L << 20;
  long FILE = 25L << 20;

  /** Before our id in {@code metadata}, which comes back with the echo. */
  String OURS = "hilo:";

  record Body(ObjectNode json) implements DirectMessage {}

  record Refused(String code, String why) implements DirectMessage {}

  static DirectMessage of(Inbox inbox, Outbound message, Ports.Blobs blobs) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    DirectMessage made =
        switch (message.content()) {
          case Content.Text(var text) -> text(inbox, json, text);
          case Content.Choices choices -> choices(inbox, json, choices);
          case Content.Media media -> file(json, media, blobs);
          case Content.Location _,
              Content.Contact _,
              Content.Choice _,
              Content.Form _,
              Content.Card _,
              Content.Template _,
              Content.Email _,
              Content.Unsupported _ ->
              new Refused("unsupported", "only text, choices and files can be sent here");
        };
    if (inbox == Inbox.MESSENGER) {
      json.put("metadata", OURS + message.id());
    }
    return made;
  }

  private static DirectMessage text(Inbox inbox, ObjectNode json, String text) {
    Refused refused = inbox.tooLong(text);
    return refused != null ? refused : new Body(json.put("text", text));
  }

  /** Buttons stay, quick replies go with the next message; Instagram shows only the latter. */
  private static DirectMessage choices(Inbox inbox, ObjectNode json, Content.Choices choices) {
    List<Content.Choices.Option> options = choices.options();
    if (options.isEmpty() || options.size() > QUICK_REPLIES) {
      return new Refused(
          "choices", "expected 1 to " + QUICK_REPLIES + " choices, got " + options.size());
    }
    if (!options.stream().allMatch(DirectMessage::fits)) {
      return text(inbox, json, Numbered.list(choices));
    }
    Refused refused = inbox.tooLong(choices.text());
    if (refused != null) {
      return refused;
    }
    boolean buttons =
        inbox == Inbox.MESSENGER
            && options.size() <= BUTTONS
            && choices.text().length() <= BUTTON_TEXT;
    if (buttons) {
      ObjectNode body = json.putObject("attachment").put("type", "template").putObject("payload");
      body.put("template_type", "button").put("text", choices.text());
      ArrayNode all = body.putArray("buttons");
      options.forEach(
          o ->
              all.addObject()
                  .put("type", "postback")
                  .put("title", o.title())
                  .put("payload", o.id()));
    } else {
      ArrayNode all = json.put("text", choices.text()).putArray("quick_replies");
      options.forEach(
          o ->
              all.addObject()
                  .put("content_type", "text")
                  .put("title", o.title())
                  .put("payload", o.id()));
    }
    return new Body(json);
  }

  private static boolean fits(Content.Choices.Option option) {
    return !option.title().isBlank()
        && option.title().length() <= TITLE
        && !option.id().isEmpty()
        && option.id().length() <= PAYLOAD;
  }

  private static DirectMessage file(ObjectNode json, Content.Media media, Ports.Blobs blobs) {
    String type =
        switch (media.kind()) {
          case IMAGE -> "image";
          case VIDEO -> "video";
          case AUDIO, VOICE -> "audio";
          case FILE -> "file";
          case STICKER -> null;
        };
    Refused refused = refused(type, media);
    if (refused != null) {
      return refused;
    }
    json.putObject("attachment")
        .put("type", type)
        .putObject("payload")
        .put("url", blobs.link(media, Duration.ofDays(1)).toString());
    return new Body(json);
  }

  private static @Nullable Refused refused(@Nullable String type, Content.Media media) {
    if (type == null || media.blob() == null) {
      return new Refused("unsupported", "such a file cannot be sent here");
    }
    String caption = media.caption();
    if (caption != null && !caption.isBlank()) {
      return new Refused("caption", "files have no caption here: send its text by itself");
    }
    long most = type.equals("image") ? IMAGE : FILE;
    return media.size() <= most
        ? null
        : new Refused("too-large", "such a file may have " + most + " bytes, not " + media.size());
  }
}
