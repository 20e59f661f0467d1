package dev.hilo.channel.email;

import java.net.IDN;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One mailbox of an address list (RFC 5322, read leniently).
 *
 * @param name the display name, decoded; empty if none
 * @param address local part and domain as {@link #normalised} gives them
 */
record MailAddress(String name, String address) {
  private static final int MAX_LIST = 200;

  String domain() {
    return domain(address);
  }

  String local() {
    return local(address);
  }

  static String domain(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  static String local(String address) {
    return address.substring(0, address.lastIndexOf('@'));
  }

  private static final Pattern ADDRESS = Pattern.compile("[^\\s<>\"'(),;:]{1,64}@[\\w.-]{1,255}");

  /** A text with the addresses in it veiled. */
  static String veiledIn(String text) {
    return ADDRESS.matcher(text).replaceAll(m -> Matcher.quoteReplacement(veiled(m.group())));
  }

  /** An address for logs and lists: its first letter and its domain. */
  static String veiled(String address) {
    int at = address.lastIndexOf('@');
    return at < 1 ? "…" : address.charAt(0) + "…" + address.substring(at);
  }

  /**
   * The form in which two addresses are compared: NFC, lower case, the domain as A-label. Dots and
   * {@code +tags} stay. Null if the text is no address.
   */
  static @Nullable String normalised(String text) {
    String address = Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
    int at = address.lastIndexOf('@');
    if (at < 1 || at == address.length() - 1 || address.length() > 320) {
      return null;
    }
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (Character.isISOControl(c) || Character.isWhitespace(c) || "<>,;?".indexOf(c) >= 0) {
        return null;
      }
    }
    try {
      String domain = IDN.toASCII(address.substring(at + 1), IDN.ALLOW_UNASSIGNED);
      return (address.substring(0, at) + "@" + domain).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A header's mailboxes. */
  record Parsed(List<MailAddress> mailboxes, boolean odd) {}

  /**
   * Reads an address list. What is no address is left out; {@code odd} tells that something was, or
   * that a group was used.
   */
  static Parsed parse(String header) {
    var found = new ArrayList<MailAddress>();
    boolean odd = false;
    var phrase = new StringBuilder();
    String angle = null;
    int i = 0;
    int length = Math.min(header.length(), 64 * 1024);
    while (i <= length && found.size() < MAX_LIST) {
      char c = i < length ? header.charAt(i) : ',';
      switch (c) {
        case '"' -> i = quoted(header, i, length, phrase);
        case '(' -> i = comment(header, i, length, phrase, angle == null);
        case '<' -> {
          int end = header.indexOf('>', i);
          end = end < 0 || end > length ? length : end;
          angle = header.substring(i + 1, end);
          i = end;
        }
        case ':' -> {
          if (angle == null && phrase.indexOf("@") < 0) {
            odd = true;
            phrase.setLength(0);
          } else {
            phrase.append(c);
          }
        }
        case ',', ';' -> {
          if (angle != null || !phrase.toString().isBlank()) {
            var one = mailbox(phrase.toString(), angle);
            if (one != null) {
              found.add(one);
            } else {
              odd = true;
            }
          }
          phrase.setLength(0);
          angle = null;
        }
        default -> phrase.append(c);
      }
      i++;
    }
    return new Parsed(List.copyOf(found), odd);
  }

  private static @Nullable MailAddress mailbox(String phrase, @Nullable String angle) {
    if (angle != null) {
      int route = angle.startsWith("@") ? angle.indexOf(':') + 1 : 0;
      String address = normalised(angle.substring(route));
      return address == null ? null : new MailAddress(name(phrase), address);
    }
    int comment = phrase.indexOf('\u0001');
    String bare = comment < 0 ? phrase : phrase.substring(0, comment);
    String address = normalised(bare);
    if (address == null) {
      return null;
    }
    return new MailAddress(comment < 0 ? "" : name(phrase.substring(comment + 1)), address);
  }

  private static String name(String phrase) {
    String decoded = EncodedWords.decode(phrase.replace('\u0001', ' '));
    String name = Text.line(decoded);
    return name.length() > 100 ? name.substring(0, 100) : name;
  }

  private static int quoted(String header, int start, int length, StringBuilder out) {
    int i = start + 1;
    while (i < length && header.charAt(i) != '"') {
      if (header.charAt(i) == '\\' && i + 1 < length) {
        i++;
      }
      out.append(header.charAt(i++));
    }
    return i;
  }

  /** A comment is the old place of a name: {@code ana@example.com (Ana)}. */
  private static int comment(
      String header, int start, int length, StringBuilder out, boolean keep) {
    int depth = 0;
    int i = start;
    for (; i < length; i++) {
      char c = header.charAt(i);
      if (c == '(' && depth++ == 0) {
        if (keep) {
          out.append('\u0001');
        }
        continue;
      }
      if (c == ')' && --depth == 0) {
        break;
      }
      if (keep) {
        out.append(c);
      }
    }
    return i;
  }
}
