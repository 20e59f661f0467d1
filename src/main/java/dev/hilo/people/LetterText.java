package dev.hilo.people;

import dev.hilo.people.Letters.Letter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A letter in words; they are in {@code letters-LANGUAGE.properties}.
 *
 * @param html the same as {@code plain}
 */
record LetterText(String subject, String plain, String html) {
  private static final String OTHERWISE = "en";
  private static final Map<String, Properties> WORDS = new HashMap<>();

  static {
    for (String language : List.of("es", "en", "pt")) {
      WORDS.put(language, words(language));
    }
  }

  private static Properties words(String language) {
    try (var in =
        new InputStreamReader(
            Objects.requireNonNull(
                LetterText.class.getResourceAsStream("letters-" + language + ".properties")),
            StandardCharsets.UTF_8)) {
      Properties words = new Properties();
      words.load(in);
      return words;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LetterText of(Letter letter, String name, @Nullable String language, URI publicUrl) {
    String known = language != null && WORDS.containsKey(language) ? language : OTHERWISE;
    return switch (letter) {
      case Letter.Invitation i -> made(known, "invitation", name, i.by(), publicUrl, i.link());
      case Letter.Reset r -> made(known, "reset", name, "", publicUrl, r.link());
      case Letter.PasswordChanged _ -> made(known, "password", name, "", publicUrl, null);
      case Letter.SecondFactorOn _ -> made(known, "factor-on", name, "", publicUrl, null);
      case Letter.SecondFactorOff _ -> made(known, "factor-off", name, "", publicUrl, null);
    };
  }

  private static LetterText made(
      String language, String kind, String name, String by, URI publicUrl, @Nullable String link) {
    Properties words = Objects.requireNonNull(WORDS.get(language));
    String site = publicUrl.getRawAuthority();
    String subject = filled(words, kind + ".subject", name, by, site);
    String hello = filled(words, "hello", name, by, site);
    String text = filled(words, kind + ".text", name, by, site);
    String small = filled(words, kind + ".small", name, by, site);
    String plain =
        hello + "\n\n" + text + "\n\n" + (link == null ? "" : link + "\n\n") + small + "\n";
    StringBuilder html =
        new StringBuilder(
            "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\"><body style=\"font:16px/1.5 sans-serif;color:#1c1c1e;max-width:34em;margin:2em auto;padding:0 1em\">"
                .formatted(language));
    html.append("<p>")
        .append(escaped(hello))
        .append("</p><p>")
        .append(escaped(text))
        .append("</p>");
    if (link != null) {
      html.append("<p><a href=\"")
          .append(escaped(link))
          .append(
              "\" style=\"display:inline-block;padding:.6em"
                  + " 1.2em;border-radius:.5em;background:#1d4ed8;color:#fff;text-decoration:none\">")
          .append(escaped(filled(words, kind + ".button", name, by, site)))
          .append("</a></p>");
    }
    html.append("<p style=\"color:#636366;font-size:14px\">")
        .append(escaped(small))
        .append("</p></body></html>\n");
    return new LetterText(subject, plain, html.toString());
  }

  private static String filled(Properties words, String key, String name, String by, String site) {
    return Objects.requireNonNull(words.getProperty(key), key)
        .replace("{site}", site)
        .replace("{by}", oneLine(by))
        .replace("{name}", oneLine(name));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
