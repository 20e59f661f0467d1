package dev.hilo.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An entry as its two stored fields, header and body. Reading never fails for an entry of another
 * release: a type, or a form of a type, that is not known here becomes {@link Event.Unknown}.
 */
public final class EntryCodec {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Map<String, Class<? extends Event>> TYPES =
      Stream.of(Event.class.getPermittedSubclasses())
          .filter(type -> type != Event.Unknown.class)
          .map(type -> type.<Event>asSubclass(Event.class))
          .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

  private EntryCodec() {}

  public static byte[] header(Header h) {
    byte[] plain = HeaderText.write(h);
    return plain != null ? plain : anyHeader(h);
  }

  static byte[] anyHeader(Header h) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(320);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("v", h.v());
      json.writeStringField("k", String.valueOf(h.k().letter()));
      json.writeStringField("t", h.t());
      json.writeStringField("id", h.id());
      json.writeStringField("home", h.home());
      Json.optional(json, "via", h.via());
      json.writeStringField("by", h.by().toString());
      json.writeStringField("aud", h.aud().word());
      Json.optional(json, "src", h.src());
      json.writeNumberField("at", h.at());
      json.writeNumberField("rx", h.rx());
      Json.optional(json, "conv", h.conv());
      if (!h.must().isEmpty()) {
        json.writeArrayFieldStart("must");
        for (String word : h.must()) {
          json.writeString(word);
        }
        json.writeEndArray();
      }
      if (h.enc() != 0) {
        json.writeNumberField("enc", h.enc());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static byte[] body(Event event) {
    return switch (event) {
      case Event.Unknown u -> u.body().getBytes(StandardCharsets.UTF_8);
      case Event.MessageAdded m when SaidText.is(m) ->
          Json.object(json -> SaidText.fields(json, m));
      default -> Json.bytes(event);
    };
  }

  /**
   * Throws {@link UncheckedIOException} if the header is not one: a damaged store, never a newer
   * release.
   */
  public static Entry entry(Position position, byte[] header, byte[] body) {
    Header h = header(header);
    return new Entry(position, h, event(h, body));
  }

  private static Event event(Header h, byte[] body) {
    Class<? extends Event> type = h.enc() == 0 ? TYPES.get(h.t()) : null;
    if (type == Event.MessageAdded.class) {
      Event.MessageAdded said = SaidText.read(body);
      if (said != null) {
        return said;
      }
    }
    if (type != null) {
      try {
        return Json.read(body, type);
      } catch (Json.BadJson e) {
        return new Event.Unknown(h.t(), new String(body, StandardCharsets.UTF_8));
      }
    }
    return new Event.Unknown(h.t(), new String(body, StandardCharsets.UTF_8));
  }

  static Header header(byte[] bytes) {
    Header plain = HeaderText.read(bytes);
    return plain != null ? plain : anyHeader(bytes);
  }

  static Header anyHeader(byte[] bytes) {
    int v = Header.SCHEMA;
    int enc = 0;
    long at = 0;
    long rx = 0;
    String k = "F";
    String t = "";
    String id = "";
    String home = "";
    String by = "gateway:?";
    String aud = "staff";
    @Nullable String via = null;
    @Nullable String src = null;
    @Nullable String conv = null;
    List<String> must = List.of();
    try (JsonParser json = FACTORY.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("an entry's header is not an object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "v" -> v = json.getIntValue();
          case "k" -> k = json.getText();
          case "t" -> t = json.getText();
          case "id" -> id = json.getText();
          case "home" -> home = json.getText();
          case "via" -> via = json.getText();
          case "by" -> by = json.getText();
          case "aud" -> aud = json.getText();
          case "src" -> src = json.getText();
          case "at" -> at = json.getLongValue();
          case "rx" -> rx = json.getLongValue();
          case "conv" -> conv = json.getText();
          case "enc" -> enc = json.getIntValue();
          case "must" -> must = words(json);
          default -> json.skipChildren();
        }
      }
      return new Header(
          v,
          EntryClass.of(k.isEmpty() ? ' ' : k.charAt(0)),
          t,
          id,
          home,
          via,
          Author.of(by),
          Audience.of(aud),
          src,
          at,
          rx,
          conv,
          must,
          enc);
    } catch (IllegalArgumentException e) {
      throw new UncheckedIOException(new IOException("an entry's header is damaged", e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> words(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new IOException("a list was expected in an entry's header");
    }
    List<String> words = new ArrayList<>();
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      words.add(json.getText());
    }
    if (json.currentToken() != JsonToken.END_ARRAY) {
      throw new IOException("a list in an entry's header holds something else than words");
    }
    return words;
  }
}
