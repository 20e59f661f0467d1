package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parts what somebody writes in a mail from what the mail repeats. Nothing is lost: both pieces
 * together are the whole text. In doubt everything is visible.
 *
 * @param quoted null if there is nothing to part
 */
record ReplySplit(String visible, @Nullable String quoted) {
  /** Marks of {@link HtmlText} at the beginning of a line: from here on all is quoted. */
  static final char CUT = '\u0001';

  /** The line introduces a quotation. */
  static final char INTRO = '\u0002';

  /** A signature begins. */
  static final char SIGNATURE = '\u0003';

  private static final int MAX_LINES = 10_000;
  private static final Pattern FORWARD =
      Pattern.compile("(?i)\\s*(?:fwd?|wg|tr|rv|enc|i|vs|doorst)\\s*:.*");
  private static final Pattern FORWARDED_BELOW =
      Pattern.compile(
          "(?i)[-*_>\\s]*(?:begin )?(?:forwarded message|mensaje reenviado|mensagem encaminhada"
              + "|weitergeleitete nachricht|message transféré|messaggio inoltrato"
              + "|doorgestuurd bericht)[-*_:\\s]*");
  private static final Pattern ORIGINAL_BELOW =
      Pattern.compile(
          "(?i)[-*_\\s]{2,}(?:original message|original appointment|mensaje original|mensagem"
              + " original|ursprüngliche nachricht|originalnachricht|message d'origine|message"
              + " original|messaggio originale|oorspronkelijk bericht|ursprungligt"
              + " meddelande|oprindelig meddelelse|исходное сообщение|原始邮件)[-*_\\s]{2,}");
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?i)(?:sent from my \\S+(?: \\S+){0,3}|sent from (?:outlook|mail|yahoo)\\b.{0,40}|get"
              + " outlook for \\S+.{0,60}|enviado desde mi .{1,40}|obtener outlook para"
              + " .{1,60}|enviado do meu .{1,40}|von meinem .{1,40} gesendet|gesendet von"
              + " .{1,40}|envoyé (?:depuis|de) mon .{1,40}|inviato da(?:l mio)? .{1,40}|verzonden"
              + " vanaf mijn .{1,40}|verstuurd vanaf mijn .{1,40}|skickat från min .{1,40}|sendt"
              + " fra min .{1,40}|wysłane z .{1,40}|отправлено с .{1,40})\\.?");
  private static final Pattern FROM = header("from|de|von|da|van|från|fra|od|от|від|发件人|差出人");
  private static final Pattern SUBJECT =
      header(
          "subject|asunto|assunto|betreff|objet|oggetto|onderwerp|ämne|emne|temat|тема|konu|主题|件名");
  private static final Pattern HEADER =
      header(
          "sent|date|enviado(?: el| em)?|enviada"
              + " em|fecha|data|gesendet|datum|envoyé|inviato|verzonden"
              + "|skickat|sendt|wysłano|отправлено|发送时间|送信日時|to|para|an|à|a|aan|till|til|do|кому"
              + "|收件人|宛先|cc|importance|importancia|wichtigkeit|priority|prioridad");
  private static final Pattern DATE_FIRST =
      Pattern.compile("\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}[ T].{0,200}<?\\S+@\\S+>?.{0,40}[:：]");

  /** How a quotation is introduced: how the line begins, and what else it must say. */
  private record Words(String begin, List<String> verbs) {}

  private static final List<Words> INTROS =
      List.of(
          new Words("on ", List.of("wrote", "writes", "said")),
          new Words("at ", List.of("wrote", "said")),
          new Words("el ", List.of("escribió", "escribio")),
          new Words("em ", List.of("escreveu", "escreveram")),
          new Words("no dia ", List.of("escreveu")),
          new Words("a ", List.of("escreveu", "va escriure")),
          new Words("am ", List.of("schrieb")),
          new Words("le ", List.of("a écrit")),
          new Words("il ", List.of("ha scritto")),
          new Words("op ", List.of("schreef", "geschreven")),
          new Words("den ", List.of("skrev")),
          new Words("på ", List.of("skrev")),
          new Words("dnia ", List.of("napisał")),
          new Words("w dniu ", List.of("napisał")),
          new Words("dne ", List.of("napsal")),
          new Words("在", List.of("写道", "寫道")));

  private static final List<String> VERBS =
      List.of(
          "wrote",
          "escribió",
          "escreveu",
          "schrieb",
          "a écrit",
          "ha scritto",
          "schreef",
          "написал",
          "пишет");

  /** True if the subject says that the mail hands on another one. */
  static boolean isForward(String subject) {
    return FORWARD.matcher(Text.head(subject, 40)).matches();
  }

  /**
   * @param text a body, as written or as {@link HtmlText} renders it
   * @param forward what it repeats is what it is about
   */
  static ReplySplit split(String text, boolean forward) {
    List<String> lines = List.of(text.split("\n", -1));
    String kinds = kinds(lines);
    if (forward || kinds.indexOf('f') >= 0 || lines.size() > MAX_LINES) {
      return new ReplySplit(unmarked(lines), null);
    }
    int start = leadingQuote(kinds);
    int end = cut(kinds, start);
    String visible = unmarked(lines.subList(start, end));
    if (visible.isEmpty()) {
      return new ReplySplit(unmarked(lines), null);
    }
    String before = unmarked(lines.subList(0, start));
    String after = unmarked(lines.subList(end, lines.size()));
    String quoted = (before + (before.isEmpty() || after.isEmpty() ? "" : "\n\n") + after).strip();
    return new ReplySplit(visible, quoted.isEmpty() ? null : quoted);
  }

  /**
   * One letter a line: {@code e} empty, {@code t} text, {@code q} quoted, {@code b} introduces a
   * quotation, {@code F}, {@code S}, {@code h} sender, subject and other header lines, {@code r}
   * rule, {@code o} original message below, {@code f} forwarded message below, {@code s} device
   * signature, {@code d} signature delimiter.
   */
  private static String kinds(List<String> lines) {
    var out = new StringBuilder();
    int count = Math.min(lines.size(), MAX_LINES);
    for (int i = 0; i < count; i++) {
      String line = lines.get(i);
      int intro = line.isEmpty() ? 0 : introLines(lines, i);
      if (intro > 0) {
        out.append("b".repeat(intro));
        i += intro - 1;
      } else {
        out.append(kind(line));
      }
    }
    return out.toString();
  }

  private static Pattern header(String names) {
    return Pattern.compile("(?iU)[*_\\s]{0,10}(?:" + names + ")[*_]{0,4}\\s?[:：]");
  }

  private static char kind(String line) {
    if (!line.isEmpty()) {
      switch (line.charAt(0)) {
        case CUT -> {
          return 'o';
        }
        case SIGNATURE -> {
          return 'd';
        }
        case '>' -> {
          return 'q';
        }
        default -> {}
      }
    }
    String bare = Text.head(line, 1000).strip();
    if (bare.isEmpty()) {
      return 'e';
    }
    if (line.equals("-- ") || line.equals("--")) {
      return 'd';
    }
    if (bare.length() <= 200) {
      if (ORIGINAL_BELOW.matcher(bare).matches()) {
        return 'o';
      }
      if (FORWARDED_BELOW.matcher(bare).matches()) {
        return 'f';
      }
      if (DEVICE.matcher(bare).matches()) {
        return 's';
      }
      if (bare.length() >= 10 && bare.chars().allMatch(c -> c == '_' || c == '-')) {
        return 'r';
      }
    }
    if (FROM.matcher(bare).lookingAt()) {
      return 'F';
    }
    if (SUBJECT.matcher(bare).lookingAt()) {
      return 'S';
    }
    return HEADER.matcher(bare).lookingAt() ? 'h' : 't';
  }

  /** How many lines from {@code at} on are one introduction of a quotation; 0 if none. */
  private static int introLines(List<String> lines, int at) {
    if (lines.get(at).charAt(0) == INTRO) {
      return 1;
    }
    var joined = new StringBuilder();
    for (int n = 1; n <= 4 && at + n <= lines.size(); n++) {
      String line = lines.get(at + n - 1).strip();
      if (line.isEmpty() || line.length() > 500 || line.startsWith(">")) {
        return 0;
      }
      joined.append(joined.isEmpty() ? "" : " ").append(line);
      if (n == 1 && !begins(line)) {
        return 0;
      }
      if ((line.endsWith(":") || line.endsWith("：")) && isIntro(joined.toString())) {
        return n;
      }
    }
    return 0;
  }

  private static boolean begins(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return INTROS.stream().anyMatch(w -> lower.startsWith(w.begin))
        || line.indexOf('@') > 0
        || Character.isDigit(line.charAt(0))
        || VERBS.stream().anyMatch(lower::contains);
  }

  private static boolean isIntro(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    if (lower.chars().noneMatch(c -> Character.isDigit(c) || c == '@')) {
      return false;
    }
    for (Words words : INTROS) {
      if (lower.startsWith(words.begin) && words.verbs.stream().anyMatch(lower::contains)) {
        return true;
      }
    }
    return DATE_FIRST.matcher(Text.head(line, 400)).matches()
        || (lower.indexOf('@') > 0 && VERBS.stream().anyMatch(lower::contains));
  }

  /** Where the writing begins if the mail begins with a quotation; 0 if it does not. */
  private static int leadingQuote(String kinds) {
    var leading = Pattern.compile("[er]*(?:b+[er]*)?(?:q[qe]*)").matcher(kinds);
    if (leading.lookingAt()) {
      String rest = kinds.substring(leading.end());
      if (rest.indexOf('t') >= 0 && rest.indexOf('q') < 0) {
        return leading.end();
      }
    }
    return 0;
  }

  /** The first line from {@code start} on that is no longer the writer's. */
  private static int cut(String kinds, int start) {
    int end = kinds.length();
    int hard = first(kinds, start, 'd', 'o');
    if (hard >= 0) {
      end = hard;
    }
    int headers = headerBlock(kinds, start);
    if (headers >= 0 && headers < end) {
      end = headers;
    }
    end = beforeTrailingQuote(kinds, start, end);
    while (end > start && "esr".indexOf(kinds.charAt(end - 1)) >= 0) {
      end--;
    }
    return end;
  }

  private static int first(String kinds, int start, char one, char other) {
    for (int i = start; i < kinds.length(); i++) {
      if (kinds.charAt(i) == one || kinds.charAt(i) == other) {
        return i;
      }
    }
    return -1;
  }

  /** Header lines, at least a sender and a subject, with at most single folded lines between. */
  private static int headerBlock(String kinds, int start) {
    var block = Pattern.compile("[hFS](?:[te]?[hFS]){2,8}").matcher(kinds);
    for (int from = start; block.find(from); from = block.end()) {
      if (block.group().indexOf('F') >= 0 && block.group().indexOf('S') >= 0) {
        return block.start();
      }
    }
    return -1;
  }

  /** Drops a quotation with its introduction at the end; one with text below it stays. */
  private static int beforeTrailingQuote(String kinds, int start, int end) {
    int i = end;
    while (i > start && "eqsr".indexOf(kinds.charAt(i - 1)) >= 0) {
      i--;
    }
    boolean quotes = kinds.substring(i, end).indexOf('q') >= 0;
    int intro = i;
    while (intro > start && "eb".indexOf(kinds.charAt(intro - 1)) >= 0) {
      intro--;
    }
    if (kinds.substring(intro, i).indexOf('b') >= 0) {
      return intro;
    }
    return quotes ? i : end;
  }

  private static String unmarked(List<String> lines) {
    var out = new ArrayList<String>(lines.size());
    for (String line : lines) {
      out.add(
          !line.isEmpty() && line.charAt(0) <= SIGNATURE ? line.replaceAll("^[\1-\3]+", "") : line);
    }
    return String.join("\n", out).strip();
  }
}
