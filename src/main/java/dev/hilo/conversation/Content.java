package dev.hilo.conversation;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message says. What cannot be rendered is {@link Unsupported}; nothing is ever dropped for
 * its form.
 */
public sealed interface Content {

  record Text(String text) implements Content {}

  /**
   * A file of any sort. {@code blob} names the stored bytes, {@code ref} is the platform's own
   * handle for bytes not fetched yet, {@code failed} says why there will be none. {@code size} in
   * bytes, -1 = unknown.
   */
  record Media(
      Kind kind,
      @Nullable String blob,
      @Nullable String mime,
      long size,
      @Nullable String name,
      @Nullable String caption,
      @Nullable String ref,
      @Nullable String failed)
      implements Content {
    /** True if its bytes are still on the platform only. */
    public boolean unfetched() {
      return blob == null && ref != null && failed == null;
    }

    public enum Kind {
      IMAGE,
      VIDEO,
      AUDIO,
      VOICE,
      FILE,
      STICKER
    }
  }

  record Location(
      double latitude,
      double longitude,
      @Nullable String name,
      @Nullable String address,
      @Nullable String url)
      implements Content {}

  /** A card about a third person; it proves nothing about the sender. */
  record Contact(String name, List<String> phones, List<String> emails) implements Content {}

  /** A question with prepared answers. */
  record Choices(String text, List<Option> options) implements Content {
    public record Option(String id, String title) {}
  }

  /**
   * The prepared answer, list row, button or command that was chosen; {@code kind} in the
   * platform's words.
   */
  record Choice(
      String kind,
      String id,
      @Nullable String title,
      @Nullable String description,
      @Nullable String data)
      implements Content {}

  record Form(String name, Map<String, String> fields) implements Content {}

  record Card(String title, @Nullable String text, @Nullable String url, @Nullable String image)
      implements Content {}

  /** A message approved beforehand by the platform. */
  record Template(String name, String language, List<String> parameters) implements Content {}

  /**
   * A mail. {@code text} is what the writer said in this mail, {@code quoted} the rest of the body;
   * {@code html} names a blob with the sanitised body.
   */
  record Email(
      String subject,
      String text,
      @Nullable String html,
      List<String> cc,
      @Nullable String quoted,
      @Nullable Original original)
      implements Content {

    /** One that we write. */
    public Email(String subject, String text, List<String> cc) {
      this(subject, text, null, cc, null, null);
    }
  }

  /**
   * A mail with nothing cut away.
   *
   * @param raw names a blob with the mail as it came
   * @param body names a blob with all of its text, null where nothing was parted
   * @param parts what is what in {@code body}, in order
   */
  record Original(String raw, @Nullable String body, List<Part> parts) {

    /**
     * A stretch of the text, in UTF-16 units.
     *
     * @param kind {@code visible, quoted, signature, forwarded}
     */
    public record Part(String kind, int start, int end) {}
  }

  /**
   * Kept as it came: {@code kind} in the platform's words, {@code raw} at most a few kB of its JSON
   * or text.
   */
  record Unsupported(String kind, String raw) implements Content {}

  /**
   * The same with the digits of its text hidden: staff may know that a code was sent, not which.
   */
  default Content masked() {
    return this instanceof Text t ? new Text(t.text().replaceAll("\\d{3,}", "•••")) : this;
  }

  /**
   * A line of at most {@code max} characters for lists and notifications; empty where only the kind
   * is known.
   */
  default String preview(int max) {
    String text =
        switch (this) {
          case Text t -> t.text();
          case Media m -> m.caption() != null ? m.caption() : m.name() != null ? m.name() : "";
          case Location l -> l.name() != null ? l.name() : "";
          case Contact c -> c.name();
          case Choices c -> c.text();
          case Choice c -> c.title() != null ? c.title() : c.id();
          case Form f -> f.name();
          case Card c -> c.title();
          case Template t -> t.name();
          case Email e -> e.text().isBlank() ? e.subject() : e.text();
          case Unsupported _ -> "";
        };
    if (text.length() <= max && isLine(text)) {
      return text;
    }
    StringBuilder line = new StringBuilder(Math.min(text.length(), max + 1));
    String words = text.strip();
    boolean space = false;
    for (int i = 0; i < words.length() && line.length() <= max; i++) {
      char c = words.charAt(i);
      boolean blank = c == ' ' || c >= '\t' && c <= '\r';
      if (!blank) {
        line.append(c);
      } else if (!space) {
        line.append(' ');
      }
      space = blank;
    }
    if (line.length() <= max) {
      return line.toString();
    }
    int end = Character.isHighSurrogate(line.charAt(max - 2)) ? max - 2 : max - 1;
    return line.substring(0, end) + "…";
  }

  /** True if a preview would show it as it is. */
  private static boolean isLine(String text) {
    boolean space = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' ? space : c >= '\t' && c <= '\r' || c > 127) {
        return false;
      }
      space = c == ' ';
    }
    return !space || text.isEmpty();
  }
}
