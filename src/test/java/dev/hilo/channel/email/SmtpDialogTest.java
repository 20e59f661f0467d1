package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.email.MailDoor.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told and which mails it hands over, whatever it sends and however it is cut. */
class SmtpDialogTest {
  private static final String BEGIN =
      "EHLO c.example\r\nMAIL FROM:<ana@example.com>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n";

  /** A client that remembers everything; mails are answered at once unless {@code slow}. */
  private static final class Client implements SmtpDialog.Wire, SmtpData.Space {
    final StringBuilder replies = new StringBuilder();
    final List<String> mails = new ArrayList<>();
    final List<List<String>> receivers = new ArrayList<>();
    final SmtpDialog dialog;
    final boolean lmtp;
    boolean closed;
    boolean tlsAsked;
    boolean slow;
    boolean hasty;
    int space = 1024;

    Client(boolean lmtp, boolean lenient) {
      this.lmtp = lmtp;
      var accounts = new MailHouse().settings.accounts();
      dialog =
          new SmtpDialog(
              new SmtpRules(
                  lmtp, "mx.shop.example", 10_000, true, lenient, new MailDoor(accounts), this),
              this);
      dialog.greet();
    }

    Client() {
      this(false, false);
    }

    Client say(String text) {
      dialog.receive(text.getBytes(ISO_8859_1));
      return this;
    }

    String last() {
      String[] lines = replies.toString().split("\r\n");
      return lines[lines.length - 1];
    }

    /** The codes of the replies, of several lines the last. */
    List<String> codes() {
      return Arrays.stream(replies.toString().split("\r\n"))
          .filter(l -> l.charAt(3) == ' ')
          .map(l -> l.substring(0, 3))
          .toList();
    }

    void done() {
      dialog.answer(Collections.nCopies(lmtp ? receivers.getLast().size() : 1, "250 2.0.0 Ok"));
    }

    @Override
    public void send(String text) {
      replies.append(text);
    }

    @Override
    public void startTls(String reply) {
      replies.append(reply);
      tlsAsked = true;
    }

    @Override
    public void handOver(HandedMail mail) {
      mails.add(new String(mail.bytes(), 0, mail.size(), ISO_8859_1));
      receivers.add(mail.receivers().stream().map(Way.Ours::address).toList());
      if (!slow) {
        done();
      }
    }

    @Override
    public boolean mayMail() {
      return !hasty;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public boolean take(int kilobytes) {
      if (kilobytes > space) {
        return false;
      }
      space -= kilobytes;
      return true;
    }

    @Override
    public void give(int kilobytes) {
      space += kilobytes;
    }
  }

  @Test
  void aPipelinedMailIsTakenAndAnsweredInOrder() {
    var client = new Client().say(BEGIN + "Subject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n");
    assertThat(client.codes()).containsExactly("220", "250", "250", "250", "354", "250", "221");
    assertThat(client.mails).containsExactly("Subject: x\r\n\r\nhello\r\n");
    assertThat(client.closed).isTrue();
    assertThat(client.space).isEqualTo(1024);
  }

  @Test
  void theGreetingOffersWhatIsThere() {
    var client = new Client().say("EHLO c.example\r\n");
    assertThat(client.replies.toString())
        .contains("250-SIZE 10000\r\n")
        .contains("250-8BITMIME\r\n")
        .contains("250-SMTPUTF8\r\n")
        .contains("250-PIPELINING\r\n")
        .contains("250-ENHANCEDSTATUSCODES\r\n")
        .contains("250 STARTTLS\r\n")
        .doesNotContain("AUTH");
  }

  @Test
  void everyCutOfTheSameBytesGivesTheSame() {
    String session =
        BEGIN
            + "a\r\n..b\r\n.c\r\n\r\n.\r\nRCPT\r\nMAIL FROM:<>\r\nRCPT TO:<x@shop.example>\r\n"
            + "RCPT TO:<HELP+x@Shop.Example>\r\nDATA\r\n.\r\nNOOP\r\nQUIT\r\n";
    var whole = new Client().say(session);
    assertThat(whole.mails).containsExactly("a\r\n.b\r\nc\r\n\r\n", "");
    for (int i = 1; i < session.length(); i++) {
      var cut = new Client().say(session.substring(0, i)).say(session.substring(i));
      assertThat(cut.replies.toString()).isEqualTo(whole.replies.toString());
      assertThat(cut.mails).isEqualTo(whole.mails);
    }
  }

  @Test
  void anyBytesInAnyPiecesGiveTheSame() {
    var random = new Random(7);
    List<String> words =
        List.of(
            "\r\n",
            "\r",
            "\n",
            ".",
            "\r\n.\r\n",
            "\0",
            "x".repeat(3000),
            "DATA\r\n",
            "RSET\r\n",
            "MAIL FROM:<a@b.example>\r\n",
            "RCPT TO:<help@shop.example>\r\n",
            "EHLO x\r\n",
            "é",
            "QUIT\r\n",
            "text",
            BEGIN);
    for (int run = 0; run < 500; run++) {
      var bytes = new StringBuilder(run % 2 == 0 ? BEGIN : "");
      for (int i = 0; i < 12; i++) {
        bytes.append(words.get(random.nextInt(words.size())));
      }
      boolean lenient = run % 3 == 0;
      var whole = new Client(false, lenient).say(bytes.toString());
      var pieces = new Client(false, lenient);
      for (int at = 0; at < bytes.length(); ) {
        int end = Math.min(bytes.length(), at + 1 + random.nextInt(run % 5 == 0 ? 1 : 40));
        pieces.say(bytes.substring(at, end));
        at = end;
      }
      assertThat(pieces.replies.toString()).as("run %d", run).isEqualTo(whole.replies.toString());
      assertThat(pieces.mails).isEqualTo(whole.mails);
      assertThat(pieces.closed).isEqualTo(whole.closed);
      pieces.dialog.gone();
      assertThat(pieces.space).isEqualTo(1024);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\r\r\n.\r\r\n",
        "\n\n.\n\n",
        "\r\n.\r\r\n",
        "\r\n\0.\r\n"
      })
  void nothingElseEndsAMail(String almost) {
    var client =
        new Client()
            .say(BEGIN + "one" + almost + "MAIL FROM:<evil@example.com>\r\nQUIT\r\n")
            .say("two\r\n.\r\n");
    assertThat(client.mails).as("smuggled or taken").isEmpty();
    assertThat(client.last()).startsWith("550 5.6.");
    client.say("NOOP\r\n");
    assertThat(client.last()).startsWith("250");
  }

  @Test
  void aRelayOfOursMayEndLinesAsItLikesButNotTheMail() {
    var client =
        new Client(false, true).say(BEGIN + "a\nb\rc\n.\nd\r\n.e\n.\r\nf\r\n").say(".\r\n");
    assertThat(client.mails).containsExactly("a\r\nb\r\nc\r\n.\r\nd\r\ne\r\n.\r\nf\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "NOOP\n"})
  void aCommandEndsWithCrLf(String commands) {
    var client = new Client().say(commands);
    assertThat(client.last()).startsWith("550 5.6.11");
    assertThat(client.closed).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          MAIL FROM:<a@b.example>, 503 5.5.1
          EHLO, 501 5.5.4
          LHLO x, 500 5.5.1
          NONSENSE, 500 5.5.1
          VRFY help, 252 2.1.5
          VRFY, 501 5.5.4
          HELP, 214 2.0.0
          AUTH PLAIN x, 502 5.5.1
          DATA, 503 5.5.1
          RCPT TO:<help@shop.example>, 503 5.5.1
          STARTTLS now, 501 5.5.4
          """)
  void beforeTheGreeting(String command, String reply) {
    assertThat(new Client().say(command + "\r\n").last()).startsWith(reply);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          MAIL FROM:<ana@example.com> SIZE=10000 BODY=8BITMIME, 250 2.1.0
          MAIL FROM:<ana@example.com> SIZE=10001, 552 5.3.4
          MAIL FROM:<ana@example.com> SIZE=99999999999999999999, 552 5.3.4
          MAIL FROM:<ana@example.com> SIZE=ten, 501 5.5.4
          MAIL FROM:<ana@example.com> RET=HDRS, 555 5.5.4
          MAIL FROM:<>, 250 2.1.0
          mail from:<@relay.example:ana@example.com>, 250 2.1.0
          MAIL FROM: <ana@example.com>, 250 2.1.0
          MAIL FROM:ana@example.com, 501 5.1.7
          MAIL FROM:<ana>, 501 5.1.7
          MAIL FROM:<ana@example.com, 501 5.1.7
          MAIL TO:<ana@example.com>, 501 5.1.7
          """)
  void senders(String command, String reply) {
    assertThat(new Client().say("EHLO x\r\n" + command + "\r\n").last()).startsWith(reply);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          <help@shop.example>, 250 2.1.5
          <HELP@SHOP.EXAMPLE>, 250 2.1.5
          <"help"@shop.example>, 250 2.1.5
          <help+r.abcdefghijklmnopqrstuvwxyz23456@shop.example>, 250 2.1.5
          <postmaster@shop.example>, 250 2.1.5
          <Postmaster>, 250 2.1.5
          <nobody@shop.example>, 550 5.1.1
          <help@elsewhere.example>, 550 5.7.1
          <help%elsewhere.example@shop.example>, 550 5.1.1
          <help@shop.example@elsewhere.example>, 550 5.7.1
          <help>, 550 5.7.1
          <>, 501 5.1.3
          help@shop.example, 501 5.1.3
          <help@shop.example> NOTIFY=NEVER, 555 5.5.4
          """)
  void receivers(String path, String reply) {
    var client = new Client().say("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:" + path + "\r\n");
    assertThat(client.last()).startsWith(reply);
  }

  @Test
  void addressesInUtf8NeedTheExtension() {
    String address = new String("<jürgen@exämple.com>".getBytes(UTF_8), ISO_8859_1);
    var client = new Client().say("EHLO x\r\nMAIL FROM:" + address + "\r\n");
    assertThat(client.last()).startsWith("553 5.6.7");
    client.say("MAIL FROM:" + address + " SMTPUTF8\r\n");
    assertThat(client.last()).startsWith("250");
    client.say("NOOP \u00ff\r\n");
    assertThat(client.last()).startsWith("500 5.5.2");
  }

  @Test
  void aHundredReceiversAreEnough() {
    var client = new Client().say("EHLO x\r\nMAIL FROM:<>\r\n");
    client.say("RCPT TO:<help@shop.example>\r\n".repeat(100));
    assertThat(client.last()).startsWith("250");
    client.say("RCPT TO:<help@shop.example>\r\n");
    assertThat(client.last()).startsWith("452 4.5.3");
    client.say("DATA\r\nx\r\n.\r\n");
    assertThat(client.last()).startsWith("250");
  }

  @Test
  void tooLargeIsReadToItsEndAndRefused() {
    var client = new Client().say(BEGIN).say("0123456789\r\n".repeat(900));
    assertThat(client.codes()).last().isEqualTo("354");
    client.say("\r\n.\r\nNOOP\r\n");
    assertThat(client.codes()).endsWith("354", "552", "250");
    assertThat(client.mails).isEmpty();
    assertThat(client.space).isEqualTo(1024);
  }

  @Test
  void withoutRoomInMemoryTheClientIsToldToComeAgain() {
    var client = new Client();
    client.space = 1;
    client.say(BEGIN + "x\r\n.\r\n");
    assertThat(client.last()).startsWith("451 4.3.1");
    client.space = 1024;
    client.say(BEGIN + "x\r\n.\r\n");
    assertThat(client.last()).startsWith("250");
  }

  @Test
  void aHastyClientIsSlowedDown() {
    var client = new Client();
    client.hasty = true;
    assertThat(client.say("EHLO x\r\nMAIL FROM:<>\r\n").last()).startsWith("450 4.7.1");
  }

  @Test
  void whatWasSaidBeforeTlsDoesNotCount() {
    var client =
        new Client()
            .say(
                "EHLO x\r\nMAIL FROM:<evil@example.com>\r\nSTARTTLS\r\nRCPT TO:<help@shop.example>")
            .say("\r\nEHLO injected\r\n");
    assertThat(client.tlsAsked).isTrue();
    assertThat(client.last()).startsWith("220");
    client.dialog.secured();
    client.say("RCPT TO:<help@shop.example>\r\n");
    assertThat(client.last()).startsWith("503");
    client.say("MAIL FROM:<>\r\n");
    assertThat(client.last()).as("a new EHLO is needed").startsWith("503");
    client.say("EHLO x\r\n");
    assertThat(client.replies.toString()).endsWith("250 ENHANCEDSTATUSCODES\r\n");
    client.say("STARTTLS\r\n");
    assertThat(client.last()).startsWith("503");
  }

  @Test
  void lmtpAnswersForEachReceiver() {
    String begin = "LHLO x\r\nMAIL FROM:<>\r\n";
    var client = new Client(true, true).say(begin);
    client.say("RCPT TO:<help@shop.example>\r\nRCPT TO:<no@shop.example>\r\n");
    client.say("RCPT TO:<help+a@shop.example>\r\nDATA\r\nx\r\n.\r\n");
    assertThat(client.codes())
        .containsExactly("220", "250", "250", "250", "550", "250", "354", "250", "250");
    assertThat(client.receivers)
        .containsExactly(List.of("help@shop.example", "help+a@shop.example"));
    client.say("EHLO x\r\n");
    assertThat(client.last()).startsWith("500");
    client.say(begin + "RCPT TO:<help@shop.example>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n");
    client.say("\0\r\n.\r\n");
    assertThat(client.codes()).endsWith("354", "550", "550");
  }

  @Test
  void whileAMailIsTakenNothingElseHappens() {
    var client = new Client();
    client.slow = true;
    client.say(BEGIN + "x\r\n.\r\nNOOP\r\nQUIT\r\n");
    assertThat(client.codes()).last().isEqualTo("354");
    client.dialog.expire();
    assertThat(client.closed).isFalse();
    client.done();
    assertThat(client.codes()).endsWith("354", "250", "250", "221");
  }

  @Test
  void leavingWaitsForTheMailOnItsWay() {
    var client = new Client();
    client.slow = true;
    client.say(BEGIN + "x\r\n.\r\n");
    client.dialog.leave();
    assertThat(client.closed).isFalse();
    client.done();
    assertThat(client.codes()).endsWith("250", "421");
    assertThat(client.closed).isTrue();
    var other = new Client().say(BEGIN + "x");
    other.dialog.leave();
    assertThat(other.last()).startsWith("421");
    assertThat(other.space).isEqualTo(1024);
  }

  @Test
  void whoKnowsNothingIsShownTheDoor() {
    var client = new Client();
    for (int i = 0; i < 10; i++) {
      client.say("WHAT\r\n");
    }
    assertThat(client.last()).startsWith("421");
    assertThat(client.closed).isTrue();
    assertThat(new Client().say("NOOP\r\n".repeat(300)).last()).startsWith("421");
    assertThat(new Client().say("GET / HTTP/1.1\r\n").last()).startsWith("421");
    assertThat(new Client().say("x".repeat(5000)).last()).startsWith("500 5.5.2");
  }

  @Test
  void progressIsWhatBringsAMailNearer() {
    var client = new Client().say(BEGIN);
    long before = client.dialog.progress();
    for (int i = 0; i < 100; i++) {
      client.say("x");
    }
    assertThat(client.dialog.progress()).as("a byte now and then is none").isEqualTo(before);
    client.dialog.expire();
    assertThat(client.last()).startsWith("421 4.4.2");
    assertThat(client.space).isEqualTo(1024);
  }
}
