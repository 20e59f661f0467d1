package dev.hilo.channel.email;

import java.util.List;
import java.util.Locale;

/**
 * What the lines of a mail are, one letter a line, so that short patterns over the letters tell
 * what is quoted: {@code e} empty, {@code t} text, {@code q} quoted, {@code b} introduces a
 * quotation, {@code F}, {@code S}, {@code h} sender, subject and other header lines, {@code o}
 * original message below, {@code f} forwarded message below, {@code d} delimiter of a signature,
 * {@code r} rule, {@code s} line of a device, {@code p} armour of a signed mail. Takes linear time.
 */
final class LineKinds {
  private static final int MAX_LINES = 10_000;
  private static final int MAX_LINE = 1000;
  private static final int MAX_INTRO = 2000;
  private static final int INTRO_LINES = 5;
  private static final int MAX_CODE = 200;

  private enum Intro {
    NO,
    BEFORE_QUOTE,
    YES
  }

  private final List<String> lines;
  private final String[] bare;

  private final char[] kinds;
  private boolean rulesInText;

  private LineKinds(List<String> lines, char[] marks) {
    this.lines = lines;
    this.bare = new String[lines.size()];
    this.kinds = marks.clone();
  }

  /**
   * @param marks of each line what {@link HtmlText} says of it: {@code o}, {@code b}, {@code d}, or
   *     0 if nothing
   */
  static char[] of(List<String> lines, char[] marks) {
    return new LineKinds(lines, marks).read();
  }

  private char[] read() {
    int count = Math.min(kinds.length, MAX_LINES);
    for (int i = 0; i < count; i++) {
      bare[i] = bare(lines.get(i));
    }
    for (int i = 0; i < count; i++) {
      if (kinds[i] == 0) {
        i = code(i, count);
        kinds[i] = kind(i);
      }
    }
    for (int i = 0; i < count; i++) {
      if (kinds[i] == 't') {
        i += intro(i, count);
      }
    }
    for (int i = 0; i < count; i++) {
      if (kinds[i] == 'p' && bare[i].contains("BEGIN PGP SIGNATURE")) {
        i = armour(i, count);
      } else if (kinds[i] == 'r') {
        boolean delimits =
            RuleLine.delimits(bare, kinds, i, count)
                && (!rulesInText || RuleLine.run(bare[i]) >= 10);
        rulesInText |= !delimits;
        kinds[i] = delimits ? 'd' : 't';
      } else if (kinds[i] == 't' && i > 0 && kinds[i - 1] == 'q' && isWrapped(i, count)) {
        kinds[i] = 'q';
      } else if (kinds[i] == 't' && i + 1 < count && kinds[i + 1] == 'F' && isTitle(bare[i])) {
        kinds[i] = 'o';
      }
    }
    for (int i = count; i < kinds.length; i++) {
      kinds[i] = count > 0 ? kinds[count - 1] : 't';
    }
    return kinds;
  }

  /** The line with usual blanks only, without what is not seen, not indented. */
  static String bare(String line) {
    String head = Text.head(line, MAX_LINE);
    var out = new StringBuilder(head.length());
    for (int i = 0; i < head.length(); i++) {
      char c = head.charAt(i);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
          out.append(' ');
        }
      } else if (Character.getType(c) != Character.FORMAT && !Character.isISOControl(c)) {
        out.append(c);
      }
    }
    return out.toString().stripTrailing();
  }

  private char kind(int at) {
    String line = bare[at];
    if (line.isEmpty()) {
      return 'e';
    }
    if (line.charAt(0) == '>' || line.charAt(0) == '＞' || line.startsWith("&gt;")) {
      boolean first = at == 0 || "qb".indexOf(kinds[at - 1]) < 0;
      return first && isForwarded(line) ? 'f' : 'q';
    }
    if (line.startsWith("| ") && at > 0 && (kinds[at - 1] == 'q' || kinds[at - 1] == 'b')) {
      return 'q';
    }
    int run = RuleLine.run(line);
    if (run > 0) {
      return RuleLine.kind(line, run);
    }
    boolean below = at > 0 && kinds[at - 1] == 'p';
    if (line.startsWith("-----BEGIN PGP SIG") || (below && line.startsWith("Hash: "))) {
      return 'p';
    }
    if (line.length() <= 300) {
      if (ReplyWords.ORIGINAL_BELOW.matcher(line).matches()
          || ReplyWords.MARKER.matcher(line).matches()) {
        return 'o';
      }
      if (isForwarded(line)) {
        return 'f';
      }
      if (isDevice(line)) {
        return 's';
      }
    }
    return header(line);
  }

  /**
   * Takes fenced code as text. Returns the first line that is not yet known, at the latest its end.
   */
  private int code(int from, int count) {
    if (!bare[from].startsWith("```")) {
      return from;
    }
    int end = from + 1;
    while (end < count && end - from < MAX_CODE && !bare[end].equals("```")) {
      end++;
    }
    if (end >= count || !bare[end].equals("```")) {
      return from;
    }
    for (int i = from; i < end; i++) {
      kinds[i] = bare[i].isEmpty() ? 'e' : 't';
    }
    return end;
  }

  private static char header(String line) {
    boolean from = ReplyWords.FROM.matcher(line).lookingAt();
    boolean other = !from && ReplyWords.OTHER.matcher(line).lookingAt();
    if (from || other) {
      var next = ReplyWords.DATE_IN_LINE.matcher(line);
      boolean all = next.find() && ReplyWords.SUBJECT_IN_LINE.matcher(line).find(next.end());
      return all ? 'o' : from ? 'F' : 'h';
    }
    if (ReplyWords.SUBJECT.matcher(line).lookingAt()) {
      return 'S';
    }
    return ReplyWords.BARE_HEADER.matcher(line).matches() ? 'h' : 't';
  }

  private static boolean isTitle(String line) {
    return line.length() <= 60 && ReplyWords.ORIGINAL_BELOW.matcher("-" + line).matches();
  }

  private static boolean isForwarded(String line) {
    return line.length() <= 300 && ReplyWords.FORWARDED_BELOW.matcher(line).matches();
  }

  private static boolean isDevice(String line) {
    return ReplyWords.DEVICE.matcher(line).matches() && !ReplyWords.SENTENCE.matcher(line).find();
  }

  private int armour(int from, int count) {
    int end = from;
    while (end < count && !bare[end].contains("END PGP SIGNATURE")) {
      end++;
    }
    for (int i = from; i < Math.min(end + 1, count); i++) {
      kinds[i] = 'p';
    }
    return end;
  }

  /** The rest of a quoted line that a mail program broke without quoting the second half. */
  private boolean isWrapped(int at, int count) {
    String above = bare[at - 1];
    char first = bare[at].charAt(0);
    char last = above.charAt(above.length() - 1);
    if (above.length() < 60 || ":?!".indexOf(last) >= 0 || Character.isUpperCase(first)) {
      return false;
    }
    boolean between = at + 1 < count && kinds[at + 1] == 'q';
    boolean ends = at + 1 >= count || kinds[at + 1] == 'e';
    return between || (ends && last != '.' && bare[at].length() <= 30);
  }

  /** Marks the introduction that begins here. Returns how many lines after this one it takes. */
  private int intro(int at, int count) {
    int length = introLength(at, count);
    if (length == 0) {
      return 0;
    }
    for (int i = at; i < at + length; i++) {
      kinds[i] = 'b';
    }
    return length - 1;
  }

  private int introLength(int at, int count) {
    String first = bare[at];
    boolean begins = beginsLikeIntro(first);
    boolean paragraph = at == 0 || kinds[at - 1] != 't';
    boolean named = paragraph && at + 1 < count && bare[at + 1].startsWith("<");
    if (!begins && !named && !mayBegin(first)) {
      return 0;
    }
    var joined = new StringBuilder();
    for (int n = 1; n <= INTRO_LINES && at + n <= count && joined.length() < MAX_INTRO; n++) {
      int line = at + n - 1;
      String more = bare[line];
      if (n > 1 && !goesOn(line, count, begins)) {
        return 0;
      }
      more = n > 1 && more.startsWith(">") ? more.replaceFirst("^[> ]+", "") : more;
      joined.append(joined.isEmpty() || more.isEmpty() ? "" : " ").append(more);
      if (!mayEnd(more) || (n > 1 && !begins && !paragraph)) {
        continue;
      }
      boolean tooLong = joined.length() >= MAX_INTRO;
      Intro found = tooLong ? Intro.NO : strength(joined.toString(), paragraph);
      boolean quoteFollows = quoteFollows(at + n, count);
      if (found == Intro.YES || (found == Intro.BEFORE_QUOTE && quoteFollows)) {
        return n == 1 || !beginsLater(at, n, count, begins) ? n : 0;
      }
    }
    return 0;
  }

  /** Whether this line can be one more of a broken introduction. */
  private boolean goesOn(int line, int count, boolean begins) {
    return switch (kinds[line]) {
      case 'e' ->
          begins && line + 1 < count && ReplyWords.VERB_FIRST.matcher(bare[line + 1]).lookingAt();
      case 'q' -> begins && kinds[line - 1] != 'q' && mayEnd(bare[line]);
      case 't', 'h' -> true;
      default -> false;
    };
  }

  private boolean quoteFollows(int from, int count) {
    for (int i = from; i < Math.min(from + 4, count); i++) {
      if (kinds[i] != 'e') {
        return kinds[i] == 'q';
      }
    }
    return false;
  }

  /** Whether a later one of these lines is where the introduction really begins. */
  private boolean beginsLater(int at, int n, int count, boolean begins) {
    for (int i = at + 1; i < at + n; i++) {
      if (kinds[i] != 't') {
        continue;
      }
      boolean capital = Character.isUpperCase(bare[i].charAt(0)) && beginsLikeIntro(bare[i]);
      boolean ended = !begins && ".?!,".indexOf(bare[at].charAt(bare[at].length() - 1)) >= 0;
      ended &= says(bare[i]) || !says(bare[at]);
      if ((capital || ended) && introLength(i, count) > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean says(String line) {
    return ReplyWords.VERB.matcher(line).find();
  }

  private static boolean mayBegin(String line) {
    return line.indexOf('@') >= 0
        || line.chars().anyMatch(Character::isDigit)
        || line.endsWith(":")
        || ReplyWords.VERB.matcher(line).find();
  }

  private static boolean beginsLikeIntro(String line) {
    String start = undecorated(Text.head(line, 40)).toLowerCase(Locale.ROOT);
    int word = 0;
    while (word < start.length() && Character.isLetter(start.charAt(word))) {
      word++;
    }
    return start.startsWith("在")
        || start.startsWith("于")
        || (word > 0
            && word < start.length()
            && " ,".indexOf(start.charAt(word)) >= 0
            && ReplyWords.BEGINNINGS.contains(start.substring(0, word)))
        || ReplyWords.DATE_FIRST.matcher(start).lookingAt();
  }

  private static boolean mayEnd(String line) {
    String end = undecorated(line);
    return end.endsWith(":")
        || end.endsWith("：")
        || (end.endsWith(">") && end.indexOf('@') > 0)
        || ReplyWords.VERB.matcher(end.substring(Math.max(0, end.length() - 14))).find()
        || ReplyWords.NOTES.matcher(line).matches()
        || ReplyWords.GMT_FIRST.matcher(line).matches();
  }

  private static String undecorated(String line) {
    int start = 0;
    int end = line.length();
    while (start < end && "*_-–> \"'[(".indexOf(line.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && "*_-– \"'".indexOf(line.charAt(end - 1)) >= 0) {
      end--;
    }
    return line.substring(start, end);
  }

  private static Intro strength(String joined, boolean paragraph) {
    String line = undecorated(joined);
    boolean colon = line.endsWith(":") || line.endsWith("：");
    boolean address = line.indexOf('@') > 0;
    boolean dated = line.chars().anyMatch(Character::isDigit);
    boolean time = dated && ReplyWords.TIME.matcher(line).find();
    boolean begins = beginsLikeIntro(line);
    boolean verb = ReplyWords.VERB.matcher(line).find();
    boolean says = colon && verb && (address || (begins && dated) || (paragraph && time && dated));
    boolean dateFirst = colon && address && ReplyWords.DATE_FIRST.matcher(line).lookingAt();
    boolean silent =
        !colon
            && time
            && ((begins && verb && (address || !joined.equals(line)))
                || ReplyWords.GMT_FIRST.matcher(line).matches());
    silent |= verb && joined.startsWith("--") && joined.endsWith("--");
    boolean quoting = colon && ReplyWords.QUOTING.matcher(line).lookingAt();
    boolean told = !address && ReplyWords.TOLD.matcher(line).find();
    if (!told && (says || dateFirst || silent || (quoting && address))) {
      return Intro.YES;
    }
    if (ReplyWords.NOTES.matcher(joined).matches()) {
      return Intro.YES;
    }
    boolean hint = verb || address || time || quoting;
    boolean sender = address && ReplyWords.DATE_FIRST.matcher(line).lookingAt();
    boolean before = (colon && hint) || (begins && verb) || sender;
    return before ? Intro.BEFORE_QUOTE : Intro.NO;
  }
}
