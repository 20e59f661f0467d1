package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.email.MailDoor.Way;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one connection in SMTP (RFC 5321) or LMTP (RFC 2033): bytes in, replies and
 * complete mails out. Knows no sockets, never waits, and depends only on the bytes, not on how they
 * were cut. Not for several threads at a time.
 */
final class SmtpDialog {
  private static final int MAX_RECEIVERS = 100;
  private static final int MAX_BAD = 10;

  /** Commands since the last mail. */
  private static final int MAX_IDLE = 200;

  private static final int PACE = 64 * 1024;

  /** Where the dialog's side of it goes. */
  interface Wire {
    /** One or more lines, with their CR LF. */
    void send(String replies);

    /** Says {@code reply}, then begins with TLS, then calls {@link SmtpDialog#secured}. */
    void startTls(String reply);

    /** Somebody takes it and calls {@link SmtpDialog#answer}; nothing is read until then. */
    void handOver(HandedMail mail);

    /** Whether this client may send a mail now. */
    boolean mayMail();

    void close();
  }

  private enum Waiting {
    NO,
    FOR_TLS,
    FOR_ANSWER,
    CLOSED
  }

  private final SmtpRules rules;
  private final Wire wire;
  private final SmtpInput input = new SmtpInput();
  private Waiting waiting = Waiting.NO;
  private boolean leaving;
  private boolean secure;
  private int bad;
  private int idle;
  private long progress;
  private @Nullable String helo;
  private boolean extended;
  private @Nullable String from;
  private boolean utf8;
  private final List<Way.Ours> receivers = new ArrayList<>();
  private @Nullable SmtpData data;

  SmtpDialog(SmtpRules rules, Wire wire) {
    this.rules = rules;
    this.wire = wire;
  }

  void greet() {
    reply("220 " + rules.name() + (rules.lmtp() ? " LMTP" : " ESMTP") + " Hilo");
  }

  void receive(byte[] bytes) {
    if (waiting == Waiting.CLOSED || waiting == Waiting.FOR_TLS) {
      return; // whatever came before TLS in plain text was not said by whom TLS will show
    }
    input.add(bytes);
    work();
  }

  /** From here on all is encrypted and nothing said before counts. */
  void secured() {
    waiting = waiting == Waiting.FOR_TLS ? Waiting.NO : waiting;
    secure = true;
    helo = null;
    forget();
    progress++;
  }

  /**
   * What became of the mail that was handed over.
   *
   * @param replies of SMTP one, of LMTP one for each receiver
   */
  void answer(List<String> replies) {
    if (waiting != Waiting.FOR_ANSWER) {
      forget();
      return;
    }
    waiting = Waiting.NO;
    idle = 0;
    progress++;
    forget();
    wire.send(String.join("\r\n", replies) + "\r\n");
    if (leaving) {
      leave();
    } else {
      work();
    }
  }

  /** Ends it as soon as no mail is on its way. */
  void leave() {
    leaving = true;
    if (waiting != Waiting.FOR_ANSWER) {
      close("421 4.3.2 " + rules.name() + " is going; try again later");
    }
  }

  /** Ends it because nothing came for too long, unless it is we who keep the client waiting. */
  void expire() {
    if (waiting != Waiting.FOR_ANSWER) {
      close("421 4.4.2 " + rules.name() + " waited too long");
    }
  }

  /** The connection is gone. */
  void gone() {
    boolean busy = waiting == Waiting.FOR_ANSWER;
    waiting = Waiting.CLOSED;
    input.clear();
    if (!busy) {
      forget();
    }
  }

  /** True while it waits for {@link #answer}: whatever comes now is only kept. */
  boolean isBusy() {
    return waiting == Waiting.FOR_ANSWER;
  }

  /** Grows with each command and each piece of a mail: who does not move it is idle. */
  long progress() {
    return progress;
  }

  private void work() {
    while (waiting == Waiting.NO && !input.isEmpty()) {
      SmtpData now = data;
      if (now != null) {
        long before = now.size() / PACE;
        input.feed(now);
        progress += now.size() / PACE > before ? 1 : 0;
        if (now.isComplete()) {
          complete(now);
        }
      } else if (!command()) {
        return;
      }
    }
  }

  /** Takes a line out of the input and does it; false if there is none yet. */
  private boolean command() {
    switch (input.line(rules.lenient())) {
      case SmtpInput.Line.Whole(byte[] line) -> {
        try {
          obey(UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString());
        } catch (CharacterCodingException e) {
          bad("500 5.5.2 a command that is not UTF-8");
        }
        return true;
      }
      case SmtpInput.Line.Unfinished() -> {
        return false;
      }
      case SmtpInput.Line.Wrong(String reply) -> {
        close(reply);
        return false;
      }
    }
  }

  private void obey(String line) {
    if (line.chars().anyMatch(c -> c < ' ' || c == 127)) {
      bad("500 5.5.2 a command with control characters");
      return;
    }
    int space = line.indexOf(' ');
    String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
    String argument = space < 0 ? "" : line.substring(space + 1).strip();
    if (++idle > MAX_IDLE) {
      close("421 4.7.0 too many commands without a mail");
      return;
    }
    switch (verb) {
      case "EHLO", "HELO", "LHLO" -> hello(verb, argument);
      case "MAIL" -> mail(argument);
      case "RCPT" -> rcpt(argument);
      case "DATA" -> data(argument);
      case "STARTTLS" -> startTls(argument);
      case "RSET" -> {
        forget();
        good("250 2.0.0 Ok");
      }
      case "NOOP" -> good("250 2.0.0 Ok");
      case "HELP" -> good("214 2.0.0 see RFC " + (rules.lmtp() ? "2033" : "5321"));
      case "VRFY" -> {
        if (argument.isEmpty()) {
          bad("501 5.5.4 VRFY what?");
        } else {
          good("252 2.1.5 send it and see");
        }
      }
      case "QUIT" -> close("221 2.0.0 bye");
      case "AUTH", "BDAT", "EXPN", "ETRN", "TURN" -> bad("502 5.5.1 no " + verb + " here");
      case "GET", "POST", "PUT", "CONNECT", "OPTIONS", "HEAD" ->
          close("421 4.7.0 this is a mail server");
      default -> bad("500 5.5.1 no such command");
    }
  }

  private void hello(String verb, String argument) {
    if (rules.lmtp() != verb.equals("LHLO")) {
      bad("500 5.5.1 " + (rules.lmtp() ? "LHLO here: this is LMTP" : "this is SMTP"));
    } else if (argument.isEmpty() || argument.length() > 255 || argument.indexOf(' ') >= 0) {
      bad("501 5.5.4 " + verb + " and a name");
    } else {
      helo = argument;
      extended = !verb.equals("HELO");
      forget();
      if (!extended) {
        good("250 " + rules.name());
        return;
      }
      var lines = new ArrayList<String>();
      lines.add(rules.name());
      lines.add("SIZE " + rules.limit());
      lines.addAll(List.of("8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"));
      if (rules.tls() && !secure) {
        lines.add("STARTTLS");
      }
      var all = new StringBuilder();
      for (int i = 0; i < lines.size(); i++) {
        all.append(i < lines.size() - 1 ? "250-" : "250 ").append(lines.get(i)).append("\r\n");
      }
      progress++;
      wire.send(all.toString());
    }
  }

  private void startTls(String argument) {
    if (!rules.tls() || secure) {
      bad(secure ? "503 5.5.1 TLS is on" : "502 5.5.1 no STARTTLS here");
    } else if (!argument.isEmpty()) {
      bad("501 5.5.4 STARTTLS and nothing else");
    } else {
      waiting = Waiting.FOR_TLS;
      input.clear();
      wire.startTls("220 2.0.0 go on with TLS\r\n");
    }
  }

  private void mail(String argument) {
    var path = SmtpPath.parse(argument, "FROM:");
    if (helo == null) {
      bad("503 5.5.1 " + (rules.lmtp() ? "LHLO" : "EHLO") + " first");
    } else if (from != null) {
      bad("503 5.5.1 one sender at a time");
    } else if (path == null
        || !path.address().isEmpty() && MailAddress.normalised(path.address()) == null) {
      bad("501 5.1.7 MAIL FROM:<address>");
    } else {
      boolean wide = path.parameters().contains("SMTPUTF8");
      String refusal = path.refusal(extended);
      if (refusal != null) {
        bad(refusal);
      } else if (!path.isAscii() && !wide) {
        reply("553 5.6.7 SMTPUTF8 is needed for this address");
      } else if (path.size() > rules.limit()) {
        reply("552 5.3.4 larger than " + rules.limit() + " bytes");
      } else if (!wire.mayMail()) {
        reply("450 4.7.1 too many mails in a short time; try again later");
      } else {
        from = path.address();
        utf8 = wide;
        good("250 2.1.0 Ok");
      }
    }
  }

  private void rcpt(String argument) {
    var path = SmtpPath.parse(argument, "TO:");
    if (from == null) {
      bad("503 5.5.1 MAIL first");
    } else if (path == null || path.address().isEmpty()) {
      bad("501 5.1.3 RCPT TO:<address>");
    } else if (!path.parameters().isEmpty()) {
      bad("555 5.5.4 a parameter that was not offered");
    } else if (!path.isAscii() && !utf8) {
      reply("553 5.6.7 SMTPUTF8 is needed for this address");
    } else if (receivers.size() >= MAX_RECEIVERS) {
      reply("452 4.5.3 at most " + MAX_RECEIVERS + " receivers at a time");
    } else {
      switch (rules.door().find(path.address())) {
        case Way.Ours ours -> {
          receivers.add(ours);
          good("250 2.1.5 Ok");
        }
        case Way.Nobody() -> reply("550 5.1.1 nobody here has this address");
        case Way.Elsewhere() -> reply("550 5.7.1 mail for others is not passed on");
      }
    }
  }

  private void data(String argument) {
    if (from == null) {
      bad("503 5.5.1 MAIL first");
    } else if (receivers.isEmpty()) {
      reply(rules.lmtp() ? "503 5.5.1 no receivers" : "554 5.5.1 no receivers");
    } else if (!argument.isEmpty()) {
      bad("501 5.5.4 DATA and nothing else");
    } else {
      data = new SmtpData(rules.limit(), rules.lenient(), rules.space());
      good("354 go on; end with a dot on a line of its own");
    }
  }

  private void complete(SmtpData mail) {
    String refusal = mail.refusal();
    if (refusal == null) {
      waiting = Waiting.FOR_ANSWER;
      wire.handOver(
          new HandedMail(
              Objects.requireNonNull(helo),
              extended,
              secure,
              utf8,
              Objects.requireNonNull(from),
              List.copyOf(receivers),
              mail.bytes(),
              mail.size()));
      return;
    }
    int times = rules.lmtp() ? receivers.size() : 1;
    forget();
    progress++;
    wire.send((refusal + "\r\n").repeat(times));
  }

  /** Forgets the mail that was begun. */
  private void forget() {
    from = null;
    utf8 = false;
    receivers.clear();
    if (data != null) {
      data.free();
      data = null;
    }
  }

  private void good(String text) {
    progress++;
    reply(text);
  }

  private void bad(String text) {
    if (++bad >= MAX_BAD) {
      close("421 4.7.0 too many errors");
    } else {
      reply(text);
    }
  }

  private void reply(String text) {
    wire.send(text + "\r\n");
  }

  private void close(String text) {
    if (waiting != Waiting.CLOSED) {
      if (waiting != Waiting.FOR_TLS) {
        reply(text);
      }
      waiting = Waiting.CLOSED;
      forget();
      wire.close();
    }
  }
}
