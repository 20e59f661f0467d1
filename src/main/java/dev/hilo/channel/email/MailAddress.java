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
  private static final int MAX_UNCLOSED = 20;
  private static final Pattern MAILTO = Pattern.compile("mailto\\s*$", Pattern.CASE_INSENSITIVE);
  private static final Pattern ADDRESS = Pattern.compile("[^\\s<>\"'(),;:]{1,64}@[\\w.-]{1,255}");
  private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");

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
   * that a group was used, or that an address had to be guessed.
   */
  static Parsed parse(String header) {
    var reader = new Reader(header, Math.min(header.length(), 64 * 1024));
    reader.read();
    if (reader.found.isEmpty() && header.contains("=?")) {
      String decoded = EncodedWords.decode(header);
      if (!decoded.equals(header) && !decoded.contains("=?")) {
        return new Parsed(parse(decoded).mailboxes(), true);
      }
    }
    return new Parsed(List.copyOf(reader.found), reader.odd);
  }

  private static final class Reader {
    private final String header;
    private final int length;
    private final List<MailAddress> found = new ArrayList<>();
    private final StringBuilder phrase = new StringBuilder();
    private final StringBuilder comment = new StringBuilder();
    private @Nullable String angle;
    private boolean odd;
    private int unclosed;

    /** What stood before a comma that did not end an address. */
    private String before = "";

    Reader(String header, int length) {
      this.header = header;
      this.length = length;
    }

    void read() {
      for (int i = 0; i <= length && found.size() < MAX_LIST; i++) {
        char c = i < length ? header.charAt(i) : ',';
        switch (c) {
          case '"' -> i = quoted(header, i, length, phrase);
          case '(' -> {
            int end = unclosed < MAX_UNCLOSED ? comment(header, i, length, comment) : i;
            unclosed += end == i ? 1 : 0;
            i = end;
          }
          case '<' -> {
            int end = header.indexOf('>', i);
            end = end < 0 || end > length ? length : end;
            odd |= angle != null;
            angle = header.substring(i + 1, end);
            i = Math.min(end, length - 1);
          }
          case ':' -> {
            if (angle == null && phrase.indexOf("@") < 0 && !MAILTO.matcher(phrase).find()) {
              odd = true;
              phrase.setLength(0);
            } else {
              phrase.append(c);
            }
          }
          case ',', ';' -> endOfOne();
          default -> {
            int end = c == '=' ? EncodedWords.end(header, i) : -1;
            phrase.append(header, i, Math.max(end, i + 1));
            i = Math.max(end, i + 1) - 1;
          }
        }
      }
    }

    private void endOfOne() {
      if (angle != null || !phrase.toString().isBlank()) {
        String text = phrase.toString();
        MailAddress one = angle != null ? bracketed(before + text, angle) : bare(text);
        if (one != null) {
          found.add(one);
          before = "";
        } else {
          odd = true;
          before = angle == null && !text.contains("@") ? before + text.strip() + ", " : "";
        }
      }
      phrase.setLength(0);
      comment.setLength(0);
      angle = null;
    }

    private @Nullable MailAddress bracketed(String text, String inside) {
      String plain = COMMENT.matcher(inside).replaceAll("");
      int route = plain.strip().startsWith("@") ? plain.indexOf(':') + 1 : 0;
      String bare = plain.substring(route).replaceFirst("(?i)^\\s*mailto:", "");
      String address = normalised(unquoted(bare));
      if (address == null) {
        odd = true;
        address = normalised(bare.replaceAll("[<>\"']|\\s*(?=[@.])|(?<=[@.])\\s+", ""));
      }
      if (address == null) {
        MailAddress inner = guessed(inside);
        address = inner == null ? null : inner.address;
      }
      if (address == null) {
        return guessed(text);
      }
      String name = inside.indexOf('<') >= 0 ? text.replace(">", "") : text;
      return new MailAddress(name(name.isBlank() ? comment.toString() : name), address);
    }

    private @Nullable MailAddress bare(String text) {
      String address = normalised(text);
      if (address != null) {
        return new MailAddress(name(comment.toString()), address);
      }
      odd = true;
      return guessed(text);
    }

    /** The last word that may be an address; what stands around it is the name. */
    private @Nullable MailAddress guessed(String text) {
      String[] words = text.strip().split("\\s+", -1);
      for (int i = words.length - 1; i >= 0; i--) {
        String word = words[i].replaceAll("^[\\[<({'\"]+|[\\])}>'\".]+$", "");
        String address =
            word.indexOf('@') > 0 ? normalised(word.replaceFirst("(?i)^mailto:", "")) : null;
        if (address != null) {
          words[i] = "";
          return new MailAddress(name(String.join(" ", words)), address);
        }
      }
      return null;
    }
  }

  private static String unquoted(String address) {
    String plain = address.strip();
    int at = plain.lastIndexOf('@');
    return at > 2 && plain.startsWith("\"") && plain.charAt(at - 1) == '"'
        ? plain.substring(1, at - 1).replace("\\", "") + plain.substring(at)
        : plain;
  }

  private static String name(String phrase) {
    String name = Text.line(EncodedWords.decode(phrase)).strip();
    return Text.head(name, 100);
  }

  private static int quoted(String header, int start, int length, StringBuilder out) {
    int mark = out.length();
    int i = start + 1;
    while (i < length && header.charAt(i) != '"') {
      if (header.charAt(i) == '\\' && i + 1 < length) {
        i++;
      }
      out.append(header.charAt(i++));
    }
    if (i >= length) {
      out.setLength(mark);
      return start;
    }
    if (i + 1 < length && header.charAt(i + 1) != '@') {
      out.append(' ');
    }
    return i;
  }

  /** A comment is the old place of a name: {@code ana@example.com (Ana)}. */
  private static int comment(String header, int start, int length, StringBuilder out) {
    int mark = out.length();
    int depth = 0;
    for (int i = start; i < length; i++) {
      char c = header.charAt(i);
      if (c == '\\' && i + 1 < length) {
        out.append(header.charAt(++i));
      } else if (c == '(' && depth++ == 0) {
        out.append(out.isEmpty() ? "" : " ");
      } else if (c == ')' && --depth == 0) {
        return i;
      } else {
        out.append(c);
      }
    }
    out.setLength(mark);
    return start;
  }
}
