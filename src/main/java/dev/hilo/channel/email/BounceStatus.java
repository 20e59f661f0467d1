package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The enhanced status code (RFC 3463) that a refusal amounts to: as the other side gives it, else
 * by its reply code (RFC 5321), else by its words.
 */
final class BounceStatus {
  private static final int MAX_TEXT = 16 * 1024;

  private static final String CODE = "([245]\\.[0-7]\\.\\d{1,3})";

  /** With what a status code is said, and not the version of a program. */
  private static final Pattern SAID =
      Pattern.compile(
          "(?:(?<![\\d.])[245][0-5]\\d["
              + " -]{1,3}#?|#\\s?|\\b(?:status|dsn|error|code)\\S{0,3}[:=]?\\s{0,3}#?)"
              + CODE
              + "(?!\\d|\\.\\d)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern ANYWHERE =
      Pattern.compile("(?<![\\d.\\w])" + CODE + "(?!\\d|\\.\\d|\\w)");

  private static final Pattern REPLY =
      Pattern.compile(
          "(?<![\\d.:+-])(421|42[2-7]|4[357][0-9]|50[0-4]|51[0-5]|52[0-5]|53[0-5]|541|55[0-7]|57[0-1])(?=["
              + " \\t:#;,)\\]>\"-]|$)",
          Pattern.MULTILINE);

  private record Phrase(Pattern words, String status) {}

  /** The first that is found counts: the particular before the general. */
  private static final List<Phrase> PHRASES = phrases();

  private BounceStatus() {}

  private static List<Phrase> phrases() {
    return table("bounce-phrases.txt").stream()
        .map(line -> new Phrase(Pattern.compile(line[1]), line[0]))
        .toList();
  }

  /** The lines of a resource: the first word and the rest of each. */
  static List<String[]> table(String resource) {
    try (var in = BounceStatus.class.getResourceAsStream(resource)) {
      String lines = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(" ", 2))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The status in free text.
   *
   * @param delayed the text is about a mail that is still tried
   * @return null if nothing in the text tells
   */
  static @Nullable String of(String text, boolean delayed) {
    String head = Text.head(text, MAX_TEXT);
    String explicit = explicit(head);
    if (explicit != null && !general(explicit)) {
      return explicit;
    }
    String words = words(head);
    var reply = REPLY.matcher(head);
    String code = reply.find() ? reply.group(1) : null;
    String major =
        explicit != null
            ? explicit.substring(0, 1)
            : code != null ? code.substring(0, 1) : delayed ? "4" : null;
    if (words != null) {
      return major == null ? words : major + words.substring(1);
    }
    if (explicit != null) {
      return explicit;
    }
    if (code == null) {
      return delayed ? "4.0.0" : null;
    }
    return switch (code) {
      case "552", "452" -> major + ".2.2";
      case "535", "530" -> major + ".7.0";
      case "500", "501", "502", "503", "504" -> major + ".5.0";
      default -> major + ".0.0";
    };
  }

  /** The more particular of what the report says and what the other side said, if they agree. */
  static @Nullable String of(@Nullable String declared, String diagnostic, boolean delayed) {
    String plain = declared == null ? null : explicit("status: " + declared);
    if (plain == null) {
      return of(diagnostic, delayed);
    }
    if (!general(plain)) {
      return plain;
    }
    String more = of(diagnostic, delayed);
    return more != null && more.charAt(0) == plain.charAt(0) ? more : plain;
  }

  /** Whether sending again is of no use, by reason of the address. */
  static boolean hard(@Nullable String status, boolean delayed) {
    if (delayed) {
      return false;
    }
    return status == null
        || (status.startsWith("5")
            && !status.equals("5.2.2")
            && !status.equals("5.3.4")
            && !status.startsWith("5.7."));
  }

  private static @Nullable String explicit(String text) {
    var said = SAID.matcher(text);
    while (said.find()) {
      if (said.group(1).charAt(0) != '2') {
        return said.group(1);
      }
    }
    var anywhere = ANYWHERE.matcher(text);
    while (anywhere.find()) {
      if (anywhere.group(1).charAt(0) != '2') {
        return anywhere.group(1);
      }
    }
    return null;
  }

  private static @Nullable String words(String text) {
    String flat = text.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").replace('’', '\'');
    for (Phrase phrase : PHRASES) {
      if (phrase.words.matcher(flat).find()) {
        return phrase.status;
      }
    }
    return null;
  }

  /** Says only how bad it is. */
  static boolean general(String status) {
    return status.endsWith(".0.0") || status.endsWith(".5.0");
  }
}
