package dev.hilo.channel.wechat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Payload;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one call: the children of the root and their text. Documents that declare a type or
 * entities are refused.
 *
 * @param raw as it came, at most 2000 letters
 */
record WeChatXml(Map<String, String> fields, String raw) {
  private static final int MOST = 200;
  private static final int ID = 512;
  private static final XMLInputFactory READERS = readers();

  /** Not such a document; the message says where. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  private static XMLInputFactory readers() {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    return factory;
  }

  static WeChatXml of(byte[] body) throws Malformed {
    var fields = new LinkedHashMap<String, String>();
    try {
      XMLStreamReader reader =
          READERS.createXMLStreamReader(new ByteArrayInputStream(body), UTF_8.name());
      var text = new StringBuilder();
      int depth = 0;
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT -> {
            depth++;
            text.setLength(0);
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
              text.append(reader.getText());
          case XMLStreamConstants.END_ELEMENT -> {
            if (depth == 2 && fields.size() < MOST) {
              fields.put(reader.getLocalName(), text.toString());
            }
            depth--;
          }
          case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
              throw new Malformed("the XML declares a type or names an entity");
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      var at = e.getLocation();
      throw new Malformed(
          at == null ? "the body is no XML" : "the body is no XML at line " + at.getLineNumber());
    }
    return new WeChatXml(fields, Payload.cut(new String(body, UTF_8), 2000));
  }

  /** Null where it is absent or empty. */
  @Nullable String text(String field) {
    String text = fields.get(field);
    return text == null || text.isEmpty() ? null : text;
  }

  /** As {@link #text}, but of at most 512 letters. */
  @Nullable String id(String field) {
    String text = text(field);
    return text == null || text.length() > ID ? null : text;
  }

  /** As {@link #id}; {@link IllegalArgumentException} with the field's name where there is none. */
  String required(String field) {
    String id = id(field);
    if (id == null) {
      throw new IllegalArgumentException(field);
    }
    return id;
  }

  @Nullable Double decimal(String field) {
    String text = text(field);
    try {
      double value = text == null || text.length() > 40 ? Double.NaN : Double.parseDouble(text);
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  @Nullable Instant seconds(String field) {
    String text = text(field);
    return text != null && text.matches("\\d{1,11}") && !text.matches("0+")
        ? Instant.ofEpochSecond(Long.parseLong(text))
        : null;
  }
}
