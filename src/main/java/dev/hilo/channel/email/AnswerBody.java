package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Outbound;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a mail of ours, as text and as HTML: what is said, the signature, and below it
 * what it answers.
 */
record AnswerBody(String text, String html) {
  private static final int MAX_QUOTE = 20_000;

  /**
   * @param text one that says it without HTML
   * @param html sanitised, null = as the text
   * @param mark of the thread, as {@link MailThreads#mark}
   */
  static AnswerBody of(
      String text,
      @Nullable String html,
      @Nullable String signature,
      Outbound.@Nullable Quote quote,
      String mark) {
    String said = Text.lines(text).stripTrailing();
    var plain = new StringBuilder(said);
    var rich = new StringBuilder("<div dir=\"auto\">");
    rich.append(html == null ? HtmlBody.escaped(said) : html).append("</div>\n");
    if (signature != null && !signature.isBlank()) {
      String lines = Text.lines(signature).strip();
      plain.append("\n\n-- \n").append(lines);
      rich.append("<div class=\"hilo_signature\">-- <br>\n")
          .append(HtmlBody.escaped(lines))
          .append("</div>\n");
    }
    rich.append(mark).append('\n');
    if (quote != null) {
      String intro = intro(quote);
      String before = cut(Text.lines(quote.text()).strip());
      plain.append("\n\n").append(intro).append("\n\n");
      before
          .lines()
          .forEach(l -> plain.append(l.startsWith(">") ? ">" : "> ").append(l).append('\n'));
      rich.append("<div class=\"hilo_quote\"><div>")
          .append(HtmlBody.escaped(intro))
          .append("</div>\n<blockquote type=\"cite\" style=\"margin: 0 0 0 8px; border-left: 2px")
          .append(" solid #cccccc; padding-left: 8px\">")
          .append(HtmlBody.escaped(before))
          .append("</blockquote></div>\n");
    }
    return new AnswerBody(plain.toString(), rich.toString());
  }

  /** In the customer's language where we speak it. */
  private static String intro(Outbound.Quote quote) {
    String language = quote.language() == null ? "en" : quote.language().toLowerCase(Locale.ROOT);
    String form =
        switch (language.length() > 2 ? language.substring(0, 2) : language) {
          case "es" -> "'El' d/M/yyyy 'a las' HH:mm '(UTC), %s escribió:'";
          case "pt" -> "'Em' d/M/yyyy 'às' HH:mm '(UTC), %s escreveu:'";
          default -> "'On' d MMM yyyy 'at' HH:mm '(UTC), %s wrote:'";
        };
    String time =
        DateTimeFormatter.ofPattern(form, Locale.ENGLISH)
            .format(quote.at().atOffset(ZoneOffset.UTC));
    return time.replace("%s", Text.head(Text.line(quote.author()), 100));
  }

  private static String cut(String text) {
    String head = Text.head(text, MAX_QUOTE);
    while (head.getBytes(UTF_8).length > MAX_QUOTE) {
      head = Text.head(head, head.length() - Math.max(1, head.length() / 10));
    }
    return head.length() < text.length() ? head + " …" : head;
  }
}
