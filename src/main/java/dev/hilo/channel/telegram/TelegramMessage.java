package dev.hilo.channel.telegram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Part;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One method of the Bot API with its fields, but not the chat. Limits of Bot API 10.0.
 *
 * @param upload the name of the field that takes the file's bytes; null = there is none
 */
record TelegramMessage(String method, ObjectNode fields, @Nullable String upload) {
  static final int TEXT = 4096;
  static final int BUTTONS = 100;
  static final long FILE_BYTES = 50 << 20;
  private static final long PHOTO_BYTES = 10 << 20;
  private static final int CAPTION = 1024;
  private static final int CALLBACK_BYTES = 64;
  private static final String ID = "-?\\d+:\\d{1,18}";

  private static TelegramMessage of(String method) {
    return new TelegramMessage(method, JsonNodeFactory.instance.objectNode(), null);
  }

  /** A method about an existing message, {@code chat:message}; null for what names none. */
  static @Nullable TelegramMessage about(String method, String target) {
    Long id = number(target);
    if (id == null) {
      return null;
    }
    TelegramMessage message = of(method);
    message.fields.put("message_id", id);
    return message;
  }

  static TelegramMessage typing(Map<String, String> context) {
    TelegramMessage message = of("sendChatAction");
    message.fields.put("action", "typing");
    return message.within(context);
  }

  /** The number of a message in its chat. */
  static @Nullable Long number(@Nullable String target) {
    return target != null && target.matches(ID)
        ? Long.valueOf(target.substring(target.indexOf(':') + 1))
        : null;
  }

  /** {@link #refusal} said nothing against it. */
  static TelegramMessage of(Outbound outbound) {
    TelegramMessage message =
        switch (outbound.content()) {
          case Content.Media media -> media(media);
          case Content.Location place -> place(place);
          case Content.Choices choices -> choices(choices);
          case Content.Text(var text) -> text("sendMessage", text);
          case Content.Contact _,
              Content.Choice _,
              Content.Form _,
              Content.Card _,
              Content.Template _,
              Content.Email _,
              Content.Unsupported _ ->
              throw new IllegalArgumentException("refused before");
        };
    Long answered = number(outbound.replyTo());
    if (answered != null) {
      ObjectNode reply = message.fields.putObject("reply_parameters").put("message_id", answered);
      reply.put("allow_sending_without_reply", true);
    }
    return message.within(outbound.context());
  }

  private static TelegramMessage text(String method, String text) {
    TelegramMessage message = of(method);
    message.fields.put("text", text);
    return message;
  }

  private static TelegramMessage choices(Content.Choices choices) {
    TelegramMessage message = text("sendMessage", choices.text());
    var rows = message.fields.putObject("reply_markup").putArray("inline_keyboard");
    for (var option : choices.options()) {
      ObjectNode button = rows.addArray().addObject().put("text", option.title());
      button.put("callback_data", option.id());
    }
    return message;
  }

  private static TelegramMessage place(Content.Location place) {
    boolean venue = place.name() != null && place.address() != null;
    TelegramMessage message = of(venue ? "sendVenue" : "sendLocation");
    message.fields.put("latitude", place.latitude()).put("longitude", place.longitude());
    if (venue) {
      message.fields.put("title", place.name()).put("address", place.address());
    }
    return message;
  }

  /** What Telegram would not show as its kind goes as a document. */
  private static TelegramMessage media(Content.Media media) {
    String mime = requireNonNullElse(media.mime(), "");
    boolean photo = mime.matches("image/(jpeg|png|webp)") && media.size() <= PHOTO_BYTES;
    String kind =
        switch (media.kind()) {
          case IMAGE -> photo ? "photo" : "document";
          case VIDEO -> mime.equals("video/mp4") ? "video" : "document";
          case VOICE -> mime.startsWith("audio/ogg") ? "voice" : audio(mime);
          case AUDIO -> audio(mime);
          case STICKER -> mime.equals("image/webp") ? "sticker" : "document";
          case FILE -> "document";
        };
    String method = "send" + Character.toUpperCase(kind.charAt(0)) + kind.substring(1);
    var message = new TelegramMessage(method, JsonNodeFactory.instance.objectNode(), kind);
    if (media.caption() != null && !media.caption().isBlank()) {
      message.fields.put("caption", media.caption());
    }
    return message;
  }

  private static String audio(String mime) {
    return mime.matches("audio/(mpeg|mp3|mp4|m4a|x-m4a|aac)") ? "audio" : "document";
  }

  /** In a business account's chat and in a topic, as the customer was. */
  TelegramMessage within(Map<String, String> context) {
    String business = context.get("business_connection_id");
    String thread = context.get("message_thread_id");
    if (business != null) {
      fields.put("business_connection_id", business);
    }
    if (thread != null && thread.matches("\\d{1,18}")) {
      fields.put("message_thread_id", Long.parseLong(thread));
    }
    return this;
  }

  /**
   * The call of it.
   *
   * @param url with the token, to which the method is added
   * @param bytes of the file, if there is one
   */
  PlatformCall call(
      String url, @Nullable String chat, Content.@Nullable Media media, byte[] bytes) {
    if (chat != null && chat.matches("-?\\d{1,18}")) {
      fields.put("chat_id", Long.parseLong(chat));
    } else if (chat != null) {
      fields.put("chat_id", chat);
    }
    PlatformCall call = PlatformCall.post(url + method);
    if (upload == null || media == null) {
      return call.json(fields);
    }
    var parts = new ArrayList<Part>();
    for (var field : fields.properties()) {
      JsonNode value = field.getValue();
      parts.add(
          Part.field(field.getKey(), value.isValueNode() ? value.asText() : value.toString()));
    }
    String shown = requireNonNullElse(media.name(), upload);
    parts.add(
        new Part(
            upload, shown, requireNonNullElse(media.mime(), "application/octet-stream"), bytes));
    return call.multipart(parts).within(Duration.ofMinutes(2));
  }

  /** Why a message cannot be sent; null if it can. */
  static SendResult.@Nullable Refused refusal(Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "a message has one file here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> refusal(text);
      case Content.Choices choices -> refusal(choices);
      case Content.Media media -> refusal(media);
      case Content.Location _ -> null;
      case Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          new SendResult.Refused("unsupported", "this cannot be sent here");
    };
  }

  static SendResult.@Nullable Refused refusal(String text) {
    return text.isBlank()
        ? new SendResult.Refused("empty", "a text is empty")
        : tooLong("a text", text, TEXT);
  }

  private static SendResult.@Nullable Refused tooLong(String what, String text, int longest) {
    return text.length() <= longest
        ? null
        : new SendResult.Refused(
            "too-long", what + " may have " + longest + " characters, not " + text.length());
  }

  private static SendResult.@Nullable Refused refusal(Content.Media media) {
    String caption = requireNonNullElse(media.caption(), "");
    if (media.blob() == null) {
      return new SendResult.Refused("unsupported", "the file has no bytes");
    } else if (media.size() > FILE_BYTES) {
      return new SendResult.Refused("too-large", "a file may have 50 MB");
    }
    return media.kind() == Kind.STICKER && !caption.isBlank()
        ? new SendResult.Refused("unsupported", "a sticker has no caption")
        : tooLong("a caption", caption, CAPTION);
  }

  private static SendResult.@Nullable Refused refusal(Content.Choices choices) {
    List<Content.Choices.Option> options = choices.options();
    int count = options.size();
    if (count == 0 || count > BUTTONS) {
      return new SendResult.Refused(
          "choices", "expected 1 to " + BUTTONS + " choices, got " + count);
    }
    for (var option : options) {
      int length = option.id().getBytes(UTF_8).length;
      if (length == 0 || length > CALLBACK_BYTES || option.title().isBlank()) {
        return new SendResult.Refused(
            "choices", "a choice needs a title and an id of 1 to " + CALLBACK_BYTES + " bytes");
      }
    }
    return refusal(choices.text());
  }
}
