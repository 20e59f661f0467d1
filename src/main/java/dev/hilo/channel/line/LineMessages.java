package dev.hilo.channel.line;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is to be sent as LINE's message objects, or why it cannot be. */
sealed interface LineMessages {
  int TEXT = 5000;
  int CHOICES = 13;
  int LABEL = 20;
  int DATA = 300;
  int ADDRESS = 100;
  int IMAGE_BYTES = 10 << 20;

  record Body(ArrayNode messages) implements LineMessages {}

  record Refused(SendResult.Refused refusal) implements LineMessages {}

  static LineMessages of(Outbound message, Ports.Blobs blobs) {
    if (!message.attachments().isEmpty()) {
      return refused("unsupported", "one file in each message, not beside a text");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> text(text, quote(message));
      case Content.Choices choices -> choices(choices, quote(message));
      case Content.Media media -> media(media, blobs);
      case Content.Location location -> location(location);
      case Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          refused("unsupported", "only text, choices, files and places can be sent here");
    };
  }

  /** Quoting takes a token, which is known of the newest message only. */
  private static @Nullable String quote(Outbound message) {
    var context = message.context();
    return message.replyTo() != null && message.replyTo().equals(context.get("quote-id"))
        ? context.get("quote-token")
        : null;
  }

  private static LineMessages text(String text, @Nullable String quote) {
    if (text.isBlank() || text.length() > TEXT) {
      return refused("text", "a text must have 1 to " + TEXT + " characters");
    }
    ObjectNode body = typed("text").put("text", text);
    if (quote != null) {
      body.put("quoteToken", quote);
    }
    return body(body);
  }

  private static LineMessages choices(Content.Choices choices, @Nullable String quote) {
    var options = choices.options();
    if (options.isEmpty() || options.size() > CHOICES || !options.stream().allMatch(o -> fits(o))) {
      return text(Numbered.list(choices), quote);
    }
    LineMessages asked = text(choices.text(), quote);
    if (asked instanceof Body(var messages) && messages.get(0) instanceof ObjectNode question) {
      ArrayNode items = question.putObject("quickReply").putArray("items");
      for (var option : options) {
        items
            .addObject()
            .put("type", "action")
            .putObject("action")
            .put("type", "postback")
            .put("label", option.title())
            .put("data", option.id())
            .put("displayText", option.title());
      }
    }
    return asked;
  }

  private static boolean fits(Content.Choices.Option option) {
    return !option.title().isBlank()
        && option.title().length() <= LABEL
        && !option.id().isEmpty()
        && option.id().length() <= DATA;
  }

  /** LINE shows pictures; of other files it can only be told where they are. */
  private static LineMessages media(Content.Media media, Ports.Blobs blobs) {
    if (media.blob() == null) {
      return refused("media", "the file was not stored");
    }
    boolean shown =
        Set.of("image/jpeg", "image/png").contains(requireNonNullElse(media.mime(), ""))
            && media.size() <= IMAGE_BYTES;
    URI link = blobs.link(media, shown ? Duration.ofDays(1) : Duration.ofDays(30));
    String caption = requireNonNullElse(media.caption(), "").strip();
    if (!shown) {
      return text(
          Stream.of(caption, requireNonNullElse(media.name(), ""), link.toString())
              .filter(line -> !line.isEmpty())
              .collect(Collectors.joining("\n")),
          null);
    }
    ObjectNode image =
        typed("image")
            .put("originalContentUrl", link.toString())
            .put("previewImageUrl", link.toString());
    if (caption.isEmpty()) {
      return body(image);
    }
    return caption.length() > TEXT
        ? refused("text", "a text must have 1 to " + TEXT + " characters")
        : body(image, typed("text").put("text", caption));
  }

  private static LineMessages location(Content.Location place) {
    String spot = place.latitude() + ", " + place.longitude();
    String address = requireNonNullElse(place.address(), spot);
    String title = requireNonNullElse(place.name(), address);
    return body(
        typed("location")
            .put("title", cut(title))
            .put("address", cut(address))
            .put("latitude", place.latitude())
            .put("longitude", place.longitude()));
  }

  private static String cut(String text) {
    return Payload.cut(text.isBlank() ? "–" : text, ADDRESS);
  }

  private static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static LineMessages body(ObjectNode... messages) {
    return new Body(JsonNodeFactory.instance.arrayNode().addAll(List.of(messages)));
  }

  private static LineMessages refused(String code, String why) {
    return new Refused(new SendResult.Refused(code, why));
  }
}
