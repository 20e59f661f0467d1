package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
  private static final Pattern NAME =
      Pattern.compile(
          "mail(?:er)?[ _.-]?(?:delivery|daemon|administrator|system|robot)|delivery"
              + " (?:sub)?system|postmaster|system administrator|mail server|message"
              + " delivery|internet mail|microsoft exchange|delivery"
              + " (?:status|failure|notification|agent)|smtp(?:gate| server|32)?\\b|mail"
              + " gateway|bounce|groupwise|exchange server|interscan|mailmarshal|mimesweeper|mail"
              + " router",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LOCAL =
      Pattern.compile(
          "(?:smtp.*|.*daemon|bounces?|bounce[+_-].*|mail-?delivery|mailsystem|mail-?admin|.*-postmaster|"
              + "post\\.?master.*|system-?administrator|sysadmin|exchange|mailrouter|notes-?admin|mail-?server"
              + "|nobody|root|administrator|admin|sender|mail|delivery.*|no-?reply|donotreply)");

  /** Subjects that only programs write. */
  private static final Pattern SUBJECT =
      Pattern.compile(
          "^\\W*(?:undeliver(?:able|ed)|returned (?:mail|e-?mail|to sender|message)\\b|failure"
              + " notice|failed mail|(?:mail |message |e-?mail )?delivery (?:status"
              + " notification|status|has |have )?"
              + "(?:failure|failed|failing|problem|error|report|delayed|unsuccessful|incomplete|notification)|(?:mail|message|e-?mail)"
              + " (?:system error|delivery|failure|not delivered|undeliverable|returned|could not"
              + " be delivered|rejected|status)|delivery (?:to"
              + " .{1,60}failed|notification|delayed|failure)|non-?deliver(?:y|able)|(?:your"
              + " )?(?:mail|message|e-?mail)(?: to .{1,80})? (?:could|can|was|has)\\s?(?:not|n't)"
              + " (?:be(?:en)? )?(?:delivered|sent)|could not (?:send|deliver)|can ?not"
              + " (?:send|deliver)|unable to (?:send|deliver)|warning: (?:could"
              + " not|message|mail|delayed)|ndn:|\\*+ message you sent|error sending|invalid"
              + " (?:recipient|address)|user unknown|permanent delivery"
              + " failure|\\[postmaster\\]|mail could not|unzustellbar|nicht"
              + " zustellbar|unzustellbare|zustellung|non remis|non distribu|[eé]chec de (?:la"
              + " )?(?:remise|distribution)|message non|no se (?:puede|pudo) entregar|no"
              + " entregad[oa]|error de entrega|devuelt[oa]|n[aã]o (?:foi )?entregue|falha na"
              + " entrega|mancata consegna|impossibile recapitare|onbestelbaar|niet afgeleverd|kan"
              + " inte levereras|ej levererat|kan ikke leveres|niedostarcz|zwrot|не"
              + " доставлено|недоставленное|сообщение не|iletilemedi|teslim edilemedi"
              + "|未送達|配信不能|配信エラー|送信エラー|系统退信|退信|邮件退回|投递失败|無法傳遞|无法送达)",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  private static final Pattern FORWARDED =
      Pattern.compile(
          "^\\s*(?:re|fwd?|aw|wg|tr|rv|sv|antw|enc|i|r)\\s*(?:\\[\\d+\\])?:",
          Pattern.CASE_INSENSITIVE);

  /** How such programs begin. */
  private static final Pattern STRONG =
      Pattern.compile(
          "this is the (?:qmail-send|mail system|postfix|mailer-daemon|machine"
              + " generated|dragonfly|mail delivery)|hi!\\s{1,10}this is the mailer-daemon|created"
              + " automatically by (?:the )?(?:mail|an? automated|smtp)|automatically generated"
              + " (?:delivery|by (?:the )?mail)|the original message was received|(?:the"
              + " )?following address(?:es|\\(es\\))?"
              + " (?:had|did|failed|could|were|has|have|not)|transcript of (?:the )?session|session"
              + " transcript|failed addresses follow|final-recipient|delivery (?:has failed|to the"
              + " following|status notification|of your message|report)|(?:did|has|have) not (?:be"
              + " |been )?reach(?:ed)? (?:some|all|the following|the intended|its)|following"
              + " recipients? *(?:\\(s\\))?.{0,40}(?:fail|could|can|did|has|was|were|reject|delay)"
              + "|(?:mail|message|e-?mail)\\b.{0,120}?(?:was|has|have|is|could|can|were|cannot|couldn't|wasn't)\\s?(?:not"
              + " |n't )?(?:yet )?(?:be |been )?(?:not )?(?:able to be"
              + " )?(?:un)?deliver(?:ed|able)|(?:unable|not able|wasn't"
              + " able|failed|cannot|can't|couldn't|could not|trouble) (?:to"
              + " )?deliver|undeliverable|delivery fail|non-?delivery|problem delivering|address"
              + " not found|message blocked|generating server|diagnostic information for"
              + " administrators|this report relates to a message|returned mail|returning (?:your"
              + " |the )?(?:mail|message)|being returned|returned to (?:the )?sender|error occurred"
              + " while (?:trying to deliver|attempting to deliver|sending)|permanent(?: fatal)?"
              + " error|recipients? of (?:your|this) message (?:have been|has been)|unrouteable"
              + " address|remote (?:host|server) said|delivery temporarily suspended|was rejected"
              + " by|has been delayed|not yet (?:been )?delivered|nicht"
              + " (?:zugestellt|ausgeliefert|zustell)|konnte nicht|n'a (?:pas )?pu [eê]tre|pas pu"
              + " .{0,40}(?:remis|distribu)|no (?:se )?(?:ha )?(?:podido|pudo|puede)"
              + " .{0,20}entrega|n[aã]o (?:p[oô]de|foi) .{0,20}entreg|non"
              + " .{0,30}(?:consegnat|recapitat)|kan niet .{0,30}(?:bezorgd|afgeleverd)|не"
              + " (?:удалось|может быть) доставл|не было"
              + " доставлено|配信できま|配信不能|送信できま|お届けできま|次のあて先|宛先.{0,20}(?:不明|存在)|无法投递|退信|未能送达|message"
              + " (?:you sent )?(?:contains|was identified|exceeds)|failure reasons?|error message"
              + " below",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);

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

  private static final Pattern GIVEN_UP =
      Pattern.compile(
          "giving up|given up|permanent|final|returned|no further|will not be retried|not going to"
              + " try again|undeliverable|expired",
          Pattern.CASE_INSENSITIVE);

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
    score += CODE.matcher(report).find() ? 1 : 0;
    score += encloses || !returned.isEmpty() ? 1 : 0;
    score -= forwarded ? 4 : 0;
    score -= AutomaticMail.answersForSomebody(headers) ? 4 : 0;
    score -= headers.has("list-id") || headers.has("list-unsubscribe") ? 4 : 0;
    boolean about = subjectTells || strong;
    return about && score >= (sender > 0 ? ENOUGH : CERTAIN);
  }

  private static int sender(Headers headers, List<MailAddress> from) {
    int sign = AutomaticMail.noReturn(headers) ? 2 : 0;
    String field = headers.text("from");
    if (from.stream().anyMatch(AutomaticMail::daemon)
        || field.toLowerCase(Locale.ROOT).matches(".*(?:mailer-daemon|postmaster|<>).*")) {
      return 3;
    }
    if (field.isEmpty()) {
      return Math.max(sign, 1);
    }
    if (NAME.matcher(field).find()) {
      return Math.max(sign, 2);
    }
    boolean plain = from.stream().anyMatch(a -> LOCAL.matcher(a.local()).matches());
    return Math.max(sign, plain ? 1 : 0);
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
