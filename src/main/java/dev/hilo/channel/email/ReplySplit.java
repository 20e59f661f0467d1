package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parts what somebody writes in a mail from what the mail repeats. Nothing is lost: the ranges
 * cover the whole text. In doubt everything is visible.
 *
 * @param text the body with {@code \n} as the only end of a line
 * @param ranges in order, without gaps; empty if the text is
 */
record ReplySplit(String text, List<Range> ranges) {
  /** Marks of {@link HtmlText} at the beginning of a line: from here on all is quoted. */
  static final char CUT = '\u0001';

  /** The line introduces a quotation. */
  static final char INTRO = '\u0002';

  /** A signature begins. */
  static final char SIGNATURE = '\u0003';

  private static final Pattern FORWARD =
      Pattern.compile(
          "(?iU)\\s*(?:fwd?|wg|tr|rv|enc|i|vs|vl|doorst|пересл|пд|转发|轉寄|転送|전달)\\s*[:：].*");
  private static final Pattern SIGNED =
      Pattern.compile("(?:-|(?:--|—|–)\\s?)\\p{Lu}[\\p{L}.'’]*(?: \\p{L}[\\p{L}.'’]*){0,3}");

  /** How a piece of the text is to be shown. */
  enum Kind {
    VISIBLE,
    QUOTED,
    SIGNATURE,
    FORWARDED
  }

  /**
   * @param start index of its first character
   * @param end index after its last one
   */
  record Range(Kind kind, int start, int end) {
    boolean isShown() {
      return kind == Kind.VISIBLE || kind == Kind.FORWARDED;
    }
  }

  /** True if the subject says that the mail hands on another one. */
  static boolean isForward(String subject) {
    return FORWARD.matcher(Text.head(subject, 40)).matches();
  }

  /**
   * @param text a body, as written or as {@link HtmlText} renders it
   * @param forward what it repeats is what it is about
   */
  static ReplySplit split(String text, boolean forward) {
    var lines = new ArrayList<String>();
    var plain = new StringBuilder(text.length());
    List<String> marked = List.of(text.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1));
    char[] marks = new char[marked.size()];
    for (String line : marked) {
      int from = 0;
      while (from < line.length() && line.charAt(from) <= SIGNATURE) {
        marks[lines.size()] = "\0obd".charAt(line.charAt(from++));
      }
      plain.append(lines.isEmpty() ? "" : "\n").append(line, from, line.length());
      lines.add(line.substring(from));
    }
    char[] letters = LineKinds.of(lines, marks);
    return new ReplySplit(
        plain.toString(), ranges(lines, new Parts(lines, letters, forward).kinds()));
  }

  /** What is to be read: what is written and what is forwarded. */
  String visible() {
    return joined(true);
  }

  /** The rest, or null if there is none. */
  @Nullable String quoted() {
    String quoted = joined(false);
    return quoted.isEmpty() ? null : quoted;
  }

  private String joined(boolean shown) {
    var out = new StringBuilder();
    for (Range range : ranges) {
      if (range.isShown() == shown) {
        append(out, text.substring(range.start, range.end));
      }
    }
    return out.toString().strip();
  }

  private static void append(StringBuilder out, String piece) {
    int end = out.length();
    while (end > 0 && out.charAt(end - 1) == '\n') {
      end--;
    }
    int start = 0;
    while (start < piece.length() && piece.charAt(start) == '\n') {
      start++;
    }
    boolean blank = out.length() - end > 1 || start > 0;
    out.setLength(end);
    out.append(end == 0 ? "" : blank ? "\n\n" : "\n").append(piece, start, piece.length());
  }

  private static List<Range> ranges(List<String> lines, Kind[] kinds) {
    var out = new ArrayList<Range>();
    int start = 0;
    int at = 0;
    for (int i = 0; i < kinds.length; i++) {
      at += lines.get(i).length() + (i + 1 < kinds.length ? 1 : 0);
      if (i + 1 == kinds.length || kinds[i + 1] != kinds[i]) {
        if (at > start) {
          out.add(new Range(kinds[i], start, at));
        }
        start = at;
      }
    }
    return List.copyOf(out);
  }

  /** Finds the parts in the letters of the lines. */
  private static final class Parts {
    private static final Pattern ANSWER_BELOW =
        Pattern.compile("[esp]*+(?:b++[esp]*+q[qes]*+)++(?=t[^qbo]*+$)");
    private static final int FORWARD_AFTER = 25;

    private final List<String> lines;
    private final char[] letters;
    private final boolean forward;
    private final Kind[] kinds;

    Parts(List<String> lines, char[] letters, boolean forward) {
      this.lines = lines;
      this.letters = letters;
      this.forward = forward;
      this.kinds = new Kind[letters.length];
    }

    Kind[] kinds() {
      Arrays.fill(kinds, Kind.VISIBLE);
      int handed = forwarded();
      if (handed >= 0) {
        Arrays.fill(kinds, handed, kinds.length, Kind.FORWARDED);
        return kinds;
      }
      int end = cut();
      var below = ANSWER_BELOW.matcher(new String(letters, 0, end));
      int start = below.lookingAt() ? below.end() : 0;
      end = beforeTrailingQuote(start, end);
      end = beforeName(start, end);
      if (texts(start, end) == 0) {
        return kinds;
      }
      Arrays.fill(kinds, 0, start, Kind.QUOTED);
      for (int i = start; i < end; i++) {
        if (letters[i] == 's' || letters[i] == 'p') {
          kinds[i] = Kind.SIGNATURE;
        }
      }
      tail(end);
      return kinds;
    }

    /** Where a forwarded mail begins, or -1. */
    private int forwarded() {
      int texts = 0;
      for (int i = 0; i < letters.length; i++) {
        switch (letters[i]) {
          case 'f' -> {
            return i;
          }
          case 't' -> texts++;
          case 'b', 'o', 'F' -> {
            if (forward) {
              return i;
            }
            if (letters[i] != 'F' || headers(i) > 0) {
              return -1;
            }
          }
          default -> {}
        }
        if (texts > FORWARD_AFTER && !forward) {
          return -1;
        }
      }
      return forward ? letters.length : -1;
    }

    /** The first line that is surely no longer the writer's. */
    private int cut() {
      int texts = 0;
      for (int i = 0; i < letters.length; i++) {
        char letter = letters[i];
        boolean ends =
            switch (letter) {
              case 'd', 'o' -> true;
              case 'b' -> !quoteFollows(i);
              case 's' -> !answersBelow(i);
              case 'F', 'S', 'h' -> headers(i) > 0;
              default -> false;
            };
        if (ends && texts > 0) {
          return i;
        }
        if (ends && letter != 'd' && letter != 's') {
          return letters.length;
        }
        texts += letter == 't' || letter == 'F' || letter == 'S' || letter == 'h' ? 1 : 0;
      }
      return letters.length;
    }

    /** Whether text stands below a quotation. */
    private boolean answersBelow(int from) {
      boolean quoted = false;
      for (int i = from; i < letters.length; i++) {
        quoted |= letters[i] == 'q';
        if (quoted && letters[i] == 't') {
          return true;
        }
      }
      return false;
    }

    private boolean quoteFollows(int from) {
      int i = from;
      while (i < letters.length && "besp".indexOf(letters[i]) >= 0) {
        i++;
      }
      return i < letters.length && letters[i] == 'q';
    }

    /** How many lines from here on are the header of a mail, or 0. */
    private int headers(int from) {
      int last = from;
      int count = 0;
      int others = 0;
      boolean sender = false;
      boolean subject = false;
      boolean address = false;
      for (int i = from; i < letters.length && i - last <= 3 && count < 12; i++) {
        char letter = letters[i];
        if (letter != 'F' && letter != 'S' && letter != 'h' && letter != 't' && letter != 'e') {
          break;
        }
        if (letter == 'e' && i > last + 1) {
          break;
        }
        if ("FSh".indexOf(letter) >= 0) {
          count++;
          last = i;
          sender |= letter == 'F';
          subject |= letter == 'S';
          others += letter == 'h' ? 1 : 0;
        }
        address |= letter != 'e' && (i <= last + 1) && lines.get(i).indexOf('@') >= 0;
      }
      boolean block =
          sender && ((count >= 3 && (subject || address)) || (count == 2 && address && others > 0));
      if (block || (count >= 3 && subject && address)) {
        return last - from + 1;
      }
      return letters[from] == 'F' && isLonely(from) ? 1 : 0;
    }

    /** A sender with an address stands alone before what it wrote. */
    private boolean isLonely(int at) {
      String line = LineKinds.bare(lines.get(at));
      return (at == 0 || letters[at - 1] != 't')
          && line.indexOf('@') > 0
          && (line.endsWith(">") || line.endsWith("]"))
          && (at + 1 == letters.length || letters[at + 1] == 'e');
    }

    /** Drops a quotation with its introduction at the end; one with an answer below it stays. */
    private int beforeTrailingQuote(int start, int end) {
      int i = end;
      while (i > start && "eqspb".indexOf(letters[i - 1]) >= 0) {
        i--;
      }
      for (int j = i; j < end; j++) {
        if (letters[j] == 'q' || letters[j] == 'b') {
          return withoutBlanks(start, i);
        }
      }
      return withoutBlanks(start, beforeAppendix(start, end));
    }

    /** Drops the only quotation also if all that follows it was appended by a machine. */
    private int beforeAppendix(int start, int end) {
      int appendix = end;
      while (appendix > start && "tesp".indexOf(letters[appendix - 1]) >= 0) {
        appendix--;
      }
      int quote = appendix;
      while (quote > start && "qesp".indexOf(letters[quote - 1]) >= 0) {
        quote--;
      }
      int intro = quote;
      while (intro > start && letters[intro - 1] == 'b') {
        intro--;
      }
      boolean only = texts(start, intro) > 0 && intro < quote && quote < appendix;
      for (int i = start; only && i < intro; i++) {
        only = letters[i] != 'q';
      }
      return only && !isGreeting(start, intro) && isAppendix(appendix, end) ? intro : end;
    }

    private boolean isGreeting(int start, int end) {
      if (texts(start, end) > 1) {
        return false;
      }
      for (int i = start; i < end; i++) {
        if (letters[i] == 't') {
          String line = LineKinds.bare(lines.get(i));
          return line.length() <= 40 && !line.endsWith(".");
        }
      }
      return false;
    }

    private boolean isAppendix(int start, int end) {
      if (texts(start, end) > 6) {
        return false;
      }
      for (int i = start; i < end; i++) {
        String line = LineKinds.bare(lines.get(i));
        if (ReplyWords.FOOTER.matcher(line).find()) {
          return true;
        }
      }
      return false;
    }

    /** A name after a dash that begins the last paragraph signs. */
    private int beforeName(int start, int end) {
      int first = end;
      while (first > start && letters[first - 1] == 't' && end - first < 5) {
        first--;
      }
      boolean alone = first > start && first < end && letters[first - 1] == 'e';
      if (!alone || texts(start, first) == 0) {
        return end;
      }
      boolean signed = SIGNED.matcher(LineKinds.bare(lines.get(first))).matches();
      for (int i = first + 1; signed && i < end; i++) {
        String line = LineKinds.bare(lines.get(i));
        signed = line.length() <= 60 && "-–—*".indexOf(line.charAt(0)) < 0;
      }
      return signed ? withoutBlanks(start, first) : end;
    }

    private int withoutBlanks(int start, int end) {
      int i = end;
      while (i > start && "esp".indexOf(letters[i - 1]) >= 0) {
        i--;
      }
      return i;
    }

    private int texts(int start, int end) {
      int texts = 0;
      for (int i = start; i < end; i++) {
        texts += "tFSh".indexOf(letters[i]) >= 0 ? 1 : 0;
      }
      return texts;
    }

    private void tail(int end) {
      int i = end;
      while (i < letters.length
          && "boq".indexOf(letters[i]) < 0
          && !("FSh".indexOf(letters[i]) >= 0 && headers(i) > 0)) {
        i++;
      }
      Arrays.fill(kinds, end, i, Kind.SIGNATURE);
      Arrays.fill(kinds, i, letters.length, Kind.QUOTED);
    }
  }
}
