package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bounces without a report for machines, told by sender, subject and words. No single sign is
 * enough: people write of bounces too.
 *
 * @param report the text before the mail that is returned
 * @param returned the text of the mail that is returned, empty if none
 */
record BounceText(String report, String returned) {
  private static final int MAX_TEXT = 64 * 1024;
  private static final int OPENING = 3000;
  private static final int MAX_RECIPIENTS = 50;
  private static final int MAX_MARKS = 20;
  private static final int ENOUGH = 4;

  /** From somebody who may be anybody: every sign there is. */
  private static final int CERTAIN = 6;

  /** How programs that deliver mail call themselves. */
  private static final Pattern NAME = words("name", "");

  private static final Pattern LOCAL =
      Pattern.compile(
          "(?:smtp.*|.*daemon|bounces?|bounce[+_-].*|mail-?delivery|mailsystem|mail-?admin|.*-postmaster|"
              + "post\\.?master.*|system-?administrator|sysadmin|exchange|mailrouter|notes-?admin|mail-?server"
              + "|nobody|root|administrator|admin|sender|mail|delivery.*|no-?reply|donotreply)");

  /** Subjects that only programs write. */
  private static final Pattern SUBJECT = words("subject", "^\\W*");

  private static final Pattern FORWARDED =
      Pattern.compile(
          "^\\s*(?:re|fwd?|aw|wg|tr|rv|sv|antw|enc|i|r)\\s*(?:\\[\\d+\\])?:",
          Pattern.CASE_INSENSITIVE);

  /** How such programs begin. */
  private static final Pattern STRONG = words("opening", "");

  /** What may be said in a bounce that says little. */
  private static final Pattern WEAK =
      Pattern.compile(
          "unknown user|user unknown|no such user|mailbox (?:is )?full|quota|does ?n[o']t exist|not"
              + " exist|undeliver|bounce|rejected|refused|delivery|invalid"
              + " (?:recipient|address|user)|unknown address|not found|not"
              + " delivered|error|fail|denied|unavailable|blocked",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CODE =
      Pattern.compile("(?<![\\d.])(?:[45]\\.[0-7]\\.\\d{1,2}|(?:421|45[0-4]|55[0-4]|571)[ -])");

  /** What comes before the mail that is returned. */
  private static final Pattern RETURNED =
      Pattern.compile(
          "^(?:[> \\t]*[-=*_]{2,}.{0,40}(?:original|returned|unsent|your|copy|undelivered|message"
              + " text|message header|header(?:s)? (?:of|follow)|begin).{0,60}|.{0,20}(?:original"
              + " message (?:follows|headers?|attached)|message (?:text|header) follows|returned"
              + " message|copy of (?:the|your) (?:original )?message|(?:the )?(?:header|text) of"
              + " (?:the|your) (?:original )?message|received headers?|unsent message|your message"
              + " (?:follows|reads|headers)|start of returned|-original message-|original"
              + " mail|included below|below this line|old message|content of the"
              + " message).{0,80}|return-path:.*|received:"
              + " (?:from|by|\\().*|dkim-signature:.*|x-received:.*)$",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private static final Pattern ADDRESS =
      Pattern.compile(
          "^[ \\t*>|\\u2022-]{0,20}(?:[\\w' -]{2,40}[:=]\\s{0,4})?(?:\\d{3}["
              + " -](?:\\d\\.\\d\\.\\d{1,3} )?)?[<(\\[\"']{0,2}(?:smtp:|mailto:|rfc822;"
              + " ?)?([^\\s<>\"'();:,\\[\\]]{1,64}@[^\\s<>\"'();:,\\[\\]]{3,190})",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private static final Pattern ANY_ADDRESS =
      Pattern.compile("([^\\s<>\"'();:,\\[\\]]{1,64}@[^\\s<>\"'();:,\\[\\]]{3,190})");

  private static final Pattern MESSAGE_ID =
      Pattern.compile(
          "^[>\\s]{0,10}(?:x-)?(?:original-)?message-id\\s{0,4}:\\s{0,10}<([^<>\\s]{3,900})>",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private static final Pattern DELAYED =
      Pattern.compile(
          "has been delayed|been delayed|warning message only|is only a warning|delivery"
              + " delayed|delayed delivery|(?:do not|not) need to resend|will (?:be retried|keep"
              + " trying|continue (?:to )?try|try again|retry)|not yet (?:been )?delivered|delivery"
              + " attempts will continue|still (?:be )?(?:trying|retrying|attempt)|could not"
              + " (?:send|be delivered).{0,30} for (?:the )?past|temporarily (?:delayed|deferred)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SUCCESS =
      Pattern.compile(
          "\\A(?:successful|delivered|relayed|expanded|zugestellt|entregado|distribu[eé])\\b|(?:was|has"
              + " been|have been|were) (?:successfully )?(?:delivered|relayed)"
              + " (?:to|successfully)|successfully (?:delivered|relayed)|delivery to these"
              + " recipients .{0,40}is complete",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern GIVEN_UP =
      Pattern.compile(
          "giving up|given up|permanent|final|returned|no further|will not be retried|not going to"
              + " try again|undeliverable|expired",
          Pattern.CASE_INSENSITIVE);

  private static Pattern words(String list, String before) {
    var all = new StringJoiner("|", before + "(?:", ")");
    for (String[] line : BounceStatus.table("bounce-words.txt")) {
      if (line[0].equals(list)) {
        all.add(line[1]);
      }
    }
    int flags = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL;
    return Pattern.compile(all.toString(), flags);
  }

  /** The text of a mail, without what people quote. */
  static BounceText of(String text) {
    String head = Text.head(text, MAX_TEXT);
    var returned = RETURNED.matcher(head);
    int from = 0;
    for (int i = 0; i < MAX_MARKS && from < head.length() && returned.find(from); i++) {
      String before = head.substring(0, returned.start());
      if (STRONG.matcher(Text.head(before, OPENING)).find() || CODE.matcher(before).find()) {
        return new BounceText(before, head.substring(returned.start()));
      }
      from = returned.end();
    }
    return new BounceText(head, "");
  }

  /** Whether the header leaves it possible. */
  static boolean possible(Headers headers, List<MailAddress> from) {
    return sender(headers, from) > 0 || SUBJECT.matcher(headers.text("subject")).find();
  }

  /**
   * Weighs the signs.
   *
   * @param encloses another mail, or its header, is a part of this one
   */
  boolean tells(Headers headers, List<MailAddress> from, boolean encloses) {
    String subject = headers.text("subject");
    boolean forwarded = FORWARDED.matcher(subject).find();
    boolean subjectTells = !forwarded && SUBJECT.matcher(subject).find();
    int sender = sender(headers, from);
    String opening = Text.head(unquoted(report), OPENING);
    boolean strong = STRONG.matcher(opening).find();
    int score = sender + (subjectTells ? 2 : 0);
    if (strong) {
      score += 2;
    } else if (WEAK.matcher(opening).find()) {
      score += 1;
    }
    boolean code = CODE.matcher(unquoted(report)).find();
    score += code ? 1 : 0;
    score += encloses || !returned.isEmpty() ? 1 : 0;
    score -= !forwarded ? 0 : sender < 3 ? 4 : 1;
    score -= AutomaticMail.answersForSomebody(headers) ? 4 : 0;
    score -= sender < 3 && AutomaticMail.answers(headers) ? 2 : 0;
    score -= headers.has("list-id") || headers.has("list-unsubscribe") ? 4 : 0;
    boolean about = subjectTells || strong;
    boolean names = ADDRESS.matcher(report).find() || ANY_ADDRESS.matcher(report).find();
    if (sender < 2) {
      return about && names && score >= CERTAIN;
    }
    boolean returns = encloses || !returned.isEmpty();
    boolean likely = sender > 2 || score >= CERTAIN;
    boolean shows = code || returns || (subjectTells && (names || likely)) || (names && sender > 2);
    return about && shows && score >= ENOUGH;
  }

  /** Whether it says that all went well. */
  boolean succeeded(String subject) {
    return SUCCESS.matcher(subject + "\n" + Text.head(unquoted(report), OPENING)).find()
        && !CODE.matcher(report).find();
  }

  private static int sender(Headers headers, List<MailAddress> from) {
    int sign = AutomaticMail.noReturn(headers) ? 2 : 0;
    String field = headers.text("from");
    String plain = field.toLowerCase(Locale.ROOT);
    if (from.stream().anyMatch(AutomaticMail::daemon)
        || plain.contains("<>")
        || (from.isEmpty() && (plain.contains("daemon") || plain.contains("postmaster")))) {
      return 3;
    }
    if (field.isEmpty()) {
      return Math.max(sign, 1);
    }
    if (NAME.matcher(field).find()) {
      return 2;
    }
    boolean machine = from.stream().anyMatch(a -> LOCAL.matcher(a.local()).matches());
    return Math.max(sign, machine ? 1 : 0);
  }

  private static String unquoted(String text) {
    return text.replaceAll("(?m)^>.*$", "");
  }

  /** Still tried by the other side. */
  boolean delayed(String subject) {
    String all = subject + "\n" + Text.head(report, OPENING);
    return DELAYED.matcher(all).find() && !GIVEN_UP.matcher(all).find();
  }

  @Nullable String original() {
    var id = MESSAGE_ID.matcher(returned.isEmpty() ? report : returned);
    return id.find() ? id.group(1) : null;
  }

  /**
   * Who got nothing, each with what is said of him.
   *
   * @param named recipients that the header names
   * @param others addresses that are the sender's and ours
   */
  List<MailKind.Failed> failed(String subject, List<String> named, Set<String> others) {
    boolean late = delayed(subject);
    var starts = new LinkedHashMap<String, Integer>();
    find(ADDRESS.matcher(report), others, starts);
    if (starts.isEmpty()) {
      find(ANY_ADDRESS.matcher(report), others, starts);
    }
    String told = BounceStatus.of(report, late);
    if (told == null) {
      told = BounceStatus.of(subject, late);
    }
    String whole = told != null ? told : late ? "4.0.0" : "5.0.0";
    var failed = new ArrayList<MailKind.Failed>();
    if (!named.isEmpty()) {
      for (String one : named) {
        Integer start = starts.get(one);
        failed.add(one(one, start == null ? "" : said(start, starts), whole, late));
      }
      return failed;
    }
    starts.forEach((one, start) -> failed.add(one(one, said(start, starts), whole, late)));
    if (failed.isEmpty()) {
      failed.add(one(null, "", whole, late));
    }
    return failed;
  }

  private static void find(
      Matcher addresses, Set<String> others, LinkedHashMap<String, Integer> into) {
    while (addresses.find() && into.size() < MAX_RECIPIENTS) {
      String text = addresses.group(1).replaceAll("[.,;:!?>)]+$", "");
      String address = MailAddress.normalised(text);
      if (address != null
          && address.indexOf('.', address.indexOf('@')) > 0
          && !others.contains(address)
          && !AutomaticMail.daemon(new MailAddress("", address))) {
        into.putIfAbsent(address, addresses.start(1));
      }
    }
  }

  /** The text from one recipient to the next. */
  private String said(int start, LinkedHashMap<String, Integer> starts) {
    int end = report.length();
    for (int other : starts.values()) {
      end = other > start ? Math.min(end, other) : end;
    }
    int line = report.lastIndexOf('\n', start) + 1;
    return report.substring(line, end);
  }

  private static MailKind.Failed one(
      @Nullable String recipient, String said, String whole, boolean late) {
    String own = said.isEmpty() ? null : BounceStatus.of(said, late);
    String status = own == null || BounceStatus.general(own) ? whole : own;
    return new MailKind.Failed(
        recipient, status, BounceStatus.hard(status, late), late, Text.head(Text.line(said), 300));
  }
}
