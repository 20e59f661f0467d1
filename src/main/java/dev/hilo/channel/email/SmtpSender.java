package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the mails of one account. What makes answers and bounces find their thread is durable
 * before the first byte goes out, and a mail is the same on every attempt. Blocks: for virtual
 * threads.
 */
final class SmtpSender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SmtpSender.class);

  /** Seconds; a server that is asked too often asks for more of them. */
  private static final long[] PAUSES = {60, 300, 900, 1800, 3600, 7200, 14_400, 21_600};

  private static final Duration UNREACHABLE = Duration.ofSeconds(15);
  private static final Duration SLOWED = Duration.ofMinutes(1);
  private static final Pattern SIGNED_ID = Pattern.compile("<([^<>\\s@]{1,400}@[^<>\\s@]{1,255})>");
  private static final Pattern SES =
      Pattern.compile("email-smtp(?:-fips)?\\.([a-z0-9-]+)\\.amazonaws\\.com");
  private static final Pattern SES_ID = Pattern.compile("\\b[0-9a-f-]{40,80}\\b");
  private static final Pattern ENHANCED =
      Pattern.compile("^\\d{3}[ -](\\d\\.\\d{1,3}\\.\\d{1,3})\\b");
  private static final Pattern ADDRESS = Pattern.compile("[^\\s<>@]+@[^\\s<>@]+");

  private final EmailSettings.Account account;
  private final OutgoingMail mails;
  private final MessageIds ids;
  private final MailThreads threads;
  private final Ports ports;
  private final long largest;
  private final @Nullable Dkim dkim;
  private final SmtpLinks links;
  private volatile Instant slowUntil = Instant.MIN;

  /**
   * @param own the normalised addresses of all our mailboxes
   * @param tokens null where the account has none
   */
  SmtpSender(
      EmailSettings.Account account,
      Set<String> own,
      EmailSettings.Limits limits,
      MessageIds ids,
      MailThreads threads,
      @Nullable MailTokens tokens,
      Ports ports) {
    this.account = account;
    this.mails = new OutgoingMail(account, own, limits, ids, ports.blobs());
    this.ids = ids;
    this.threads = threads;
    this.ports = ports;
    // base64 with its line breaks, and room for the texts
    this.largest = limits.outgoing().bytes() / 54 * 74 + (4 << 20);
    this.dkim = account.dkim() == null ? null : new Dkim(account.dkim());
    this.links = new SmtpLinks(account, tokens, ports.vertx());
  }

  SendResult send(Outbound message) throws InterruptedException {
    String messageId = ids.make(message.id());
    OutgoingMail.Names names;
    Occasion occasion;
    try {
      mails.receiver(message);
      String to = message.to().id();
      occasion = Occasion.of(message, messageId, ports.memory());
      String reply = threads.replyToken(message.account(), to);
      names = new OutgoingMail.Names(messageId, reply, threads.bounceToken(to, messageId));
      threads.sent(to, messageId, null);
    } catch (OutgoingMail.Unsendable e) {
      return new SendResult.Refused(e.code(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.warn("a mail waits, as its thread cannot be stored now: {}", e.toString());
      return new SendResult.Retry(UNREACHABLE, "its thread cannot be stored now");
    }
    SendResult result;
    try {
      OutgoingMail.Posting posting = mails.build(message, occasion, names);
      result = post(posting, written(posting.letter(), occasion.at()), message);
    } catch (OutgoingMail.Unsendable e) {
      result = new SendResult.Refused(e.code(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      log.warn("a file of a mail cannot be read: {}", e.toString());
      return new SendResult.Retry(pause(message.attempt()), "an attachment cannot be read now");
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (!(result instanceof SendResult.Retry)) {
      forget(messageId);
    }
    return result;
  }

  /**
   * What goes over the wire.
   *
   * @param header with its signature and the empty line
   * @param size of all of it, bytes
   */
  private record Written(String header, long size, Letter letter) {
    void to(OutputStream out, Ports.Blobs blobs) throws IOException {
      out.write(header.getBytes(UTF_8));
      letter.writeBody(out, blobs);
    }
  }

  private Written written(Letter letter, Instant at) throws IOException, OutgoingMail.Unsendable {
    var body = new Dkim.BodyHash();
    letter.writeBody(body, ports.blobs());
    String header = letter.header();
    String signed = dkim == null ? header : dkim.field(header, at, body.hash()) + header;
    long size = signed.getBytes(UTF_8).length + 2 + body.count();
    if (size > largest) {
      throw new OutgoingMail.Unsendable("too-large", "the mail is larger than mails may be");
    }
    return new Written(signed + "\r\n", size, letter);
  }

  private SendResult post(OutgoingMail.Posting posting, Written mail, Outbound message)
      throws InterruptedException {
    int attempt = message.attempt();
    Instant slow = slowUntil;
    if (Instant.now().isBefore(slow)) {
      return new SendResult.Retry(
          Duration.between(Instant.now(), slow).plusSeconds(1),
          "the mail server asked for a pause");
    }
    SmtpLink link;
    try {
      link = links.open();
    } catch (SmtpLink.NotOpen e) {
      return closed(e, attempt);
    } catch (MailTokens.Denied e) {
      return new SendResult.Refused("token", String.valueOf(e.getMessage()), true);
    } catch (IOException e) {
      return new SendResult.Retry(pause(attempt), String.valueOf(e.getMessage()));
    }
    boolean good = false;
    try {
      SendResult result = post(link, posting, mail, message);
      good =
          result instanceof SendResult.Accepted
              || result instanceof SendResult.Refused(_, _, boolean credentials) && !credentials;
      return result;
    } catch (IOException e) {
      return new SendResult.Retry(UNREACHABLE, "the connection to the mail server ended");
    } finally {
      if (good) {
        links.keep(link);
      } else {
        links.drop(link);
      }
    }
  }

  /** Throws where the server went away before it was told of the mail. */
  private SendResult post(
      SmtpLink link, OutgoingMail.Posting posting, Written mail, Outbound message)
      throws IOException {
    int attempt = message.attempt();
    if (link.limit() > 0 && mail.size() > link.limit()) {
      return new SendResult.Refused(
          "too-large", "larger than the " + link.limit() + " bytes that the mail server takes");
    }
    boolean utf8 = posting.international();
    if (utf8 && !link.supportsExtension("SMTPUTF8")) {
      return new SendResult.Refused(
          "bad-address", "the mail server takes no addresses beyond ASCII");
    }
    String size = link.supportsExtension("SIZE") ? " SIZE=" + mail.size() : "";
    SmtpLink.Reply reply =
        link.say("MAIL FROM:<" + posting.from() + ">" + size + (utf8 ? " SMTPUTF8" : ""));
    if (!reply.yes()) {
      return refused(reply, attempt, true);
    }
    reply = link.say("RCPT TO:<" + posting.to() + ">");
    if (!reply.yes()) {
      return refused(reply, attempt, false);
    }
    for (String copy : posting.copies()) {
      reply = link.say("RCPT TO:<" + copy + ">");
      if (!reply.yes()) {
        log.warn("no copy to {}: {}", MailAddress.veiled(copy), veiled(reply));
      }
    }
    return switch (link.send(out -> mail.to(out, ports.blobs()))) {
      case SmtpLink.Sent.Answered(var answer, boolean dot) ->
          dot && answer.yes() ? taken(message, posting, answer) : refused(answer, attempt, true);
      case SmtpLink.Sent.Broken _ ->
          new SendResult.Retry(UNREACHABLE, "the mail broke off before its end");
      case SmtpLink.Sent.Unanswered _ -> unanswered(ids.make(message.id()));
    };
  }

  private SendResult taken(Outbound message, OutgoingMail.Posting posting, SmtpLink.Reply reply) {
    String messageId = ids.make(message.id());
    String wire = wireId(account.smtp().host(), reply.text());
    if (wire != null && !wire.equals(messageId) && !posting.names(wire)) {
      try {
        threads.sent(message.to().id(), messageId, wire);
      } catch (RuntimeException e) {
        log.warn("the mail server's own id of a mail cannot be stored: {}", e.toString());
      }
    }
    return new SendResult.Accepted(messageId);
  }

  /**
   * The Message-ID that a mail server says it gave a mail, or null: Amazon's says only the part
   * before the {@code @}, Microsoft's all of it in brackets.
   */
  static @Nullable String wireId(String host, String reply) {
    var ses = SES.matcher(host);
    if (ses.matches()) {
      var id = SES_ID.matcher(reply);
      String region = ses.group(1).equals("us-east-1") ? "email" : ses.group(1);
      return id.find() ? id.group() + "@" + region + ".amazonses.com" : null;
    }
    var id = SIGNED_ID.matcher(reply);
    return id.find() ? id.group(1) : null;
  }

  /** It is sent once more, as it was; who got both sees one by their Message-ID. */
  private SendResult unanswered(String messageId) {
    String why = "the mail server did not say whether it took the mail";
    try {
      String mine = Instant.now().toString();
      if (ports.memory().claim("unsure:" + messageId, mine).equals(mine)) {
        return new SendResult.Retry(SLOWED, why);
      }
    } catch (RuntimeException e) {
      log.warn("an uncertain mail is not repeated: {}", e.toString());
    }
    return new SendResult.Unknown(why + "; it may have arrived twice");
  }

  private SendResult closed(SmtpLink.NotOpen e, int attempt) {
    SmtpLink.Reply reply = e.reply();
    if (e.credentials()) {
      return signIn(reply, attempt);
    }
    if (reply.code() == 421) {
      slow();
    }
    return reply.code() == 0 && attempt == 1
        ? new SendResult.Retry(UNREACHABLE, String.valueOf(e.getMessage()))
        : new SendResult.Retry(pause(attempt), veiled(Objects.requireNonNull(e.getMessage())));
  }

  /** One refusal may be a slip of the server's, or of a token that just ended. */
  private static SendResult signIn(SmtpLink.Reply reply, int attempt) {
    String why = "the mail server refuses our sign-in: " + veiled(reply);
    return attempt == 1
        ? new SendResult.Retry(UNREACHABLE, why)
        : new SendResult.Refused(String.valueOf(reply.code()), why, true);
  }

  /** {@code account}: the answer is about us, not about a receiver. */
  private SendResult refused(SmtpLink.Reply reply, int attempt, boolean account) {
    int code = reply.code();
    if (code == 530 || code == 534 || code == 535 || code == 538) {
      return signIn(reply, attempt);
    }
    if (reply.never()) {
      return new SendResult.Refused(code(reply), veiled(reply));
    }
    boolean slower = code == 421 || account && code(reply).contains(" 4.7.");
    if (slower) {
      slow();
    }
    return new SendResult.Retry(pause(slower ? attempt + 1 : attempt), veiled(reply));
  }

  /** Nothing goes out for a moment: whoever goes on now is told off for longer. */
  private void slow() {
    slowUntil = Instant.now().plus(SLOWED);
  }

  /** The server's code, with the enhanced one (RFC 3463) if it gave one. */
  private static String code(SmtpLink.Reply reply) {
    var enhanced = ENHANCED.matcher(reply.text());
    return reply.code() + (enhanced.find() ? " " + enhanced.group(1) : "");
  }

  private static String veiled(SmtpLink.Reply reply) {
    return veiled(reply.text());
  }

  /** One line without addresses. */
  private static String veiled(String text) {
    String line = Text.head(Text.line(text.replaceAll("\n\\d{3}[ -]", " ")), 300);
    return ADDRESS.matcher(line).replaceAll("…");
  }

  private void forget(String messageId) {
    try {
      Occasion.over(messageId, ports.memory());
    } catch (RuntimeException e) {
      log.debug("what was kept for a mail stays until it is forgotten by itself");
    }
  }

  private static Duration pause(int attempt) {
    return Duration.ofSeconds(PAUSES[Math.clamp(attempt - 1, 0, PAUSES.length - 1)]);
  }

  @Override
  public void close() {
    links.close();
  }
}
