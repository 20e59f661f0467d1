package dev.hilo.channel.slack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Slack's way of writing: names and links in angle brackets, and three escapes. */
final class SlackText {
  private static final Pattern TOKEN = Pattern.compile("<([^<>|]{1,4000})(?:\\|([^<>]{0,4000}))?>");
  private static final Pattern PERSON = Pattern.compile("<@([A-Z0-9]{1,40})(?:\\|[^<>]{0,200})?>");

  private SlackText() {}

  static String escaped(String plain) {
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** What a person reads: the brackets first, then the escapes. */
  static String plain(String marked) {
    return unescaped(
        TOKEN.matcher(marked).replaceAll(token -> Matcher.quoteReplacement(shown(token))));
  }

  private static String shown(MatchResult token) {
    String link = token.group(1);
    String label = token.group(2) == null ? "" : token.group(2);
    String rest = link.substring(1);
    return switch (link.charAt(0)) {
      case '@' -> "@" + (label.isEmpty() ? rest : label);
      case '#' -> "#" + (label.isEmpty() ? rest : label);
      case '!' ->
          !label.isEmpty() ? label : "@" + rest.substring(rest.startsWith("subteam^") ? 8 : 0);
      default ->
          label.isEmpty()
              ? link
              : link.replaceFirst("^(https?://|mailto:|tel:)", "").equals(label)
                  ? label
                  : label + " (" + link + ")";
    };
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  /** Whom a text names, at most 20. */
  static List<String> mentions(String marked) {
    var people = new ArrayList<String>();
    Matcher found = PERSON.matcher(marked);
    while (found.find() && people.size() < 20) {
      people.add(found.group(1));
    }
    return people;
  }
}
