package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Payload;
import dev.hilo.channel.WebhookRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent (specification 1.0.2 with its HTTP binding and JSON format).
 *
 * @param data as JSON; empty where it is none
 * @param text where the data is text and no JSON
 * @param other what the data is if neither: how much of which type
 * @param extensions further attributes
 */
record CloudEvent(
    String id,
    String source,
    String type,
    @Nullable String subject,
    @Nullable Instant time,
    Payload data,
    @Nullable String text,
    @Nullable String other,
    Map<String, String> extensions) {
  private static final int LONGEST = 512;
  private static final int EXTENSIONS = 20;
  private static final String MIME = "application/cloudevents";
  private static final Set<String> OWN =
      Set.of(
          "specversion",
          "id",
          "source",
          "type",
          "subject",
          "time",
          "datacontenttype",
          "dataschema",
          "data",
          "data_base64");

  /** No CloudEvent as the specification wants it; the message says what is wrong. */
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1;

    Invalid(String message) {
      super(message);
    }
  }

  /** A format of CloudEvents other than JSON. */
  static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1;

    Unsupported() {
      super("CloudEvents are taken in JSON only");
    }
  }

  enum Mode {
    /** No CloudEvent at all. */
    NONE,
    BINARY,
    STRUCTURED,
    BATCH;

    static Mode of(WebhookRequest request) throws Unsupported {
      String type = mime(request.header("content-type"));
      if (!type.startsWith(MIME)) {
        return request.header("ce-specversion") != null || request.header("ce-id") != null
            ? BINARY
            : NONE;
      }
      return switch (type) {
        case MIME + "-batch+json" -> BATCH;
        case MIME + "+json" -> STRUCTURED;
        default -> throw new Unsupported();
      };
    }
  }

  static CloudEvent structured(Payload event) throws Invalid {
    if (event.has("data") && event.has("data_base64")) {
      throw new Invalid("data and data_base64 exclude one another");
    }
    var attributes = new LinkedHashMap<String, String>();
    for (String name : event.fields()) {
      String value = event.text(name);
      if (value != null && !name.equals("data") && !name.equals("data_base64")) {
        attributes.put(name, value);
      }
    }
    String base64 = event.text("data_base64");
    if (base64 != null) {
      try {
        return of(attributes, event.text("datacontenttype"), Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException _) {
        throw new Invalid("data_base64: expected base64");
      }
    }
    Payload data = event.at("data");
    String text = data.node().isTextual() ? data.text() : null;
    return of(attributes, text == null ? data : Payload.nothing(), text, null);
  }

  static CloudEvent binary(WebhookRequest request) throws Invalid {
    var attributes = new LinkedHashMap<String, String>();
    for (String header : request.headers().keySet()) {
      String value = request.header(header);
      if (header.startsWith("ce-") && header.length() > 3 && value != null) {
        attributes.put(header.substring(3), decoded(header, value));
      }
    }
    return of(attributes, request.header("content-type"), request.body());
  }

  private static CloudEvent of(
      Map<String, String> attributes, @Nullable String contentType, byte[] bytes) throws Invalid {
    String mime = mime(contentType);
    if (bytes.length == 0) {
      return of(attributes, Payload.nothing(), null, null);
    }
    if (mime.equals("application/json") || mime.endsWith("+json")) {
      try {
        Payload data = Payload.any(bytes);
        String text = data.node().isTextual() ? data.text() : null;
        return of(attributes, text == null ? data : Payload.nothing(), text, null);
      } catch (Payload.Malformed e) {
        throw new Invalid("data: " + e.getMessage());
      }
    }
    boolean words = mime.startsWith("text/");
    return of(
        attributes,
        Payload.nothing(),
        words ? utf8("data", bytes) : null,
        words ? null : bytes.length + " bytes of " + (mime.isEmpty() ? "?" : mime));
  }

  private static CloudEvent of(
      Map<String, String> attributes, Payload data, @Nullable String text, @Nullable String other)
      throws Invalid {
    if (!"1.0".equals(attributes.get("specversion"))) {
      throw new Invalid("specversion: expected 1.0");
    }
    var extensions = new LinkedHashMap<String, String>();
    attributes.forEach(
        (name, value) -> {
          if (!OWN.contains(name)
              && name.matches("[a-z0-9]{1,50}")
              && extensions.size() < EXTENSIONS) {
            extensions.put(name, value);
          }
        });
    String subject = attributes.get("subject");
    return new CloudEvent(
        required(attributes, "id"),
        required(attributes, "source"),
        required(attributes, "type"),
        subject == null || subject.isEmpty() ? null : Payload.cut(subject, LONGEST),
        time(attributes.get("time")),
        data,
        text == null ? null : Payload.cut(text, text.length()),
        other,
        extensions);
  }

  private static String required(Map<String, String> attributes, String name) throws Invalid {
    String value = attributes.get(name);
    if (value == null || value.isEmpty() || value.length() > LONGEST) {
      throw new Invalid(name + ": expected 1 to " + LONGEST + " characters");
    }
    return value;
  }

  private static @Nullable Instant time(@Nullable String time) throws Invalid {
    try {
      return time == null || time.isEmpty() ? null : OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeParseException _) {
      throw new Invalid("time: expected a time as RFC 3339 writes it");
    }
  }

  private static String mime(@Nullable String type) {
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** HTTP binding, 3.1.3.2: quotes around it go, then it is percent-decoded once. */
  private static String decoded(String header, String value) throws Invalid {
    String text = value.strip();
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
    }
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String hex = c == '%' && i + 2 < text.length() ? text.substring(i + 1, i + 3) : "";
      if (c == '%' && !hex.matches("[0-9A-Fa-f]{2}")) {
        throw new Invalid(header + ": a broken escape");
      }
      if (c == '%') {
        bytes.write(Integer.parseInt(hex, 16));
        i += 2;
      } else {
        bytes.writeBytes(String.valueOf(c).getBytes(UTF_8));
      }
    }
    return utf8(header, bytes.toByteArray());
  }

  private static String utf8(String where, byte[] bytes) throws Invalid {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new Invalid(where + ": expected UTF-8");
    }
  }
}
