package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The argument of MAIL or RCPT (RFC 5321, 4.1.2).
 *
 * @param address as it stands there, without angle brackets and source route; empty for {@code <>}
 * @param parameters what follows, upper case keywords, as they stand there otherwise
 */
record SmtpPath(String address, List<String> parameters) {

  /**
   * Reads the argument.
   *
   * @param keyword {@code FROM:} or {@code TO:}
   * @return null if the argument is malformed
   */
  static @Nullable SmtpPath parse(String argument, String keyword) {
    if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
      return null;
    }
    String rest = argument.substring(keyword.length()).strip();
    int end = rest.startsWith("<") ? closing(rest) : -1;
    if (end < 0 || end + 1 < rest.length() && rest.charAt(end + 1) != ' ') {
      return null;
    }
    String path = rest.substring(1, end);
    if (path.startsWith("@")) {
      int route = path.indexOf(':');
      if (route < 0) {
        return null;
      }
      path = path.substring(route + 1);
    }
    if (path.length() > 320) {
      return null;
    }
    var parameters = new ArrayList<String>();
    for (String word : rest.substring(end + 1).split(" +", -1)) {
      if (!word.isEmpty()) {
        int equals = word.indexOf('=');
        parameters.add(
            equals < 0
                ? word.toUpperCase(Locale.ROOT)
                : word.substring(0, equals).toUpperCase(Locale.ROOT) + word.substring(equals));
      }
    }
    return new SmtpPath(path, List.copyOf(parameters));
  }

  /**
   * The reply to parameters of MAIL that cannot be met, or null.
   *
   * @param extended the client greeted with EHLO or LHLO
   */
  @Nullable String refusal(boolean extended) {
    for (String parameter : parameters) {
      boolean known =
          extended
              && (parameter.equals("SMTPUTF8")
                  || parameter.equalsIgnoreCase("BODY=7BIT")
                  || parameter.equalsIgnoreCase("BODY=8BITMIME")
                  || parameter.matches("SIZE=[0-9]{1,20}"));
      if (!known) {
        return parameter.startsWith("SIZE=") || parameter.startsWith("BODY=")
            ? "501 5.5.4 a value that makes no sense"
            : "555 5.5.4 a parameter that was not offered";
      }
    }
    return null;
  }

  /** How large the client says that the mail is; 0 if it does not. */
  long size() {
    for (String parameter : parameters) {
      if (parameter.startsWith("SIZE=")) {
        return parameter.length() > 5 + 18
            ? Long.MAX_VALUE
            : Long.parseLong(parameter.substring(5));
      }
    }
    return 0;
  }

  boolean isAscii() {
    return address.chars().allMatch(c -> c < 128);
  }

  /** Where the path ends: a bracket in a quoted local part does not end it. */
  private static int closing(String text) {
    boolean quoted = false;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '>') {
        return i;
      } else if (!quoted && (c == ' ' || c == '<')) {
        return -1;
      }
    }
    return -1;
  }
}
