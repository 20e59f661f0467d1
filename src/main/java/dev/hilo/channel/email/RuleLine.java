package dev.hilo.channel.email;

/** A line of one mark over and over: it may cut off a signature or part the text itself. */
final class RuleLine {
  private RuleLine() {}

  /** How often the one mark stands of which the line consists; 0 if it says anything else. */
  static int run(String line) {
    int mark = 0;
    int length = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ' ') {
        continue;
      }
      if ("-_=*+~#—–―".indexOf(c) < 0 || (mark != 0 && mark != c)) {
        return 0;
      }
      mark = c;
      length++;
    }
    return length;
  }

  static char kind(String line, int run) {
    char mark = line.charAt(0);
    if ("—–―".indexOf(mark) >= 0 || (run == 2 && (mark == '-' || mark == '_'))) {
      return 'd';
    }
    return run >= 3 ? 'r' : 't';
  }

  /** A rule ends what is written if little follows; one between longer parts is a part of it. */
  static boolean delimits(String[] bare, char[] kinds, int at, int count) {
    if (at > 0 && kinds[at - 1] == 't') {
      return followedByHeader(kinds, at, count) || closes(bare, kinds, at, count);
    }
    int texts = 0;
    for (int i = at + 1; i < count; i++) {
      switch (kinds[i]) {
        case 't' -> {
          if (++texts > 15) {
            return false;
          }
        }
        case 'r' -> {
          if (i + 1 < count
              && texts > 0
              && "te".indexOf(kinds[i + 1]) >= 0
              && textBelow(kinds, i, count)) {
            return run(bare[at]) >= 10 && !bare[at].equals(bare[i]);
          }
        }
        case 'b', 'o', 'f', 'F', 'd', 'q' -> {
          return true;
        }
        default -> {}
      }
    }
    return true;
  }

  /** A long rule right below a text cuts it off unless it underlines a title or heads a table. */
  private static boolean closes(String[] bare, char[] kinds, int at, int count) {
    int run = run(bare[at]);
    String above = bare[at - 1];
    boolean line =
        bare[at].charAt(0) == '_' || ".!?".indexOf(above.charAt(above.length() - 1)) >= 0;
    if (run < 20 || !(line || at == 1) || Math.abs(above.length() - run) <= 3) {
      return false;
    }
    for (int i = at + 1; i < count; i++) {
      if (kinds[i] == 'r') {
        return false;
      }
    }
    return true;
  }

  private static boolean followedByHeader(char[] kinds, int at, int count) {
    for (int i = at + 1; i < count; i++) {
      if (kinds[i] != 'e') {
        return kinds[i] == 'F' || kinds[i] == 'o';
      }
    }
    return false;
  }

  private static boolean textBelow(char[] kinds, int at, int count) {
    for (int i = at + 1; i < Math.min(at + 4, count); i++) {
      if (kinds[i] == 't') {
        return true;
      }
    }
    return false;
  }
}
