package dev.hilo.channel.email;

import static dev.hilo.channel.email.SendingHouse.again;
import static dev.hilo.channel.email.SendingHouse.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of a mail server's answers, and what it gets to see. */
class SmtpSenderTest {
  private static final Content HELLO = new Content.Text("Hi\n.\n..\nFrom here");

  private SmtpPeer peer;

  @BeforeEach
  void listen() throws IOException {
    peer = new SmtpPeer();
  }

  @AfterEach
  void end() throws IOException {
    peer.close();
    assertThat(peer.faults).isEmpty();
  }

  private static String smtp(String password) {
    return "smtp: {host: 127.0.0.1, port: PORT, security: none, user: help, password: %s}"
        .formatted(password);
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 550 5.1.1 <ana@example.com> unknown, Refused",
    "RCPT, 451 4.7.1 greylisted, Retry",
    "RCPT, 550 gone and close, Refused",
    "MAIL, 421 4.3.2 too busy and close, Retry",
    "MAIL, 530 5.7.0 authentication required, Retry",
    "MAIL, close, Retry",
    "DATA, 554 5.7.1 no, Refused",
    "DATA, close, Retry",
    "DATA, silence, Retry",
    "DOT, 552 5.3.4 too big, Refused",
    "DOT, 552 5.3.4 too big and close, Refused",
    "DOT, 452 4.3.1 full, Retry",
    "DOT, 451 4.7.0 later and close, Retry",
    "CONNECT, 421 4.3.2 closed, Retry",
    "CONNECT, 554 5.3.0 no service, Retry",
    "CONNECT, close, Retry",
    "CONNECT, silence, Retry",
    "EHLO, close, Retry"
  })
  void theServersWordDecides(String at, String answer, String result) throws Exception {
    try (var house = new SendingHouse(peer.fails(at, answer).port())) {
      var got = house.send(message("ana@example.com", HELLO));
      assertThat(got.getClass().getSimpleName()).as(got.toString()).isEqualTo(result);
      assertThat(got.toString()).doesNotContain("ana@example.com");
      if (got instanceof SendResult.Refused(String code, _, _)) {
        assertThat(code).startsWith(answer.substring(0, 3));
      }
      assertThat(peer.taken).isEmpty();
    }
  }

  @Test
  void theEnhancedCodeIsKept() throws Exception {
    try (var house =
        new SendingHouse(peer.fails("DOT", "550-5.7.26 no DMARC\r\n550 5.7.26 x").port())) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isEqualTo(new SendResult.Refused("550 5.7.26", "550-5.7.26 no DMARC 5.7.26 x"));
    }
  }

  @ParameterizedTest
  @CsvSource({"silence", "close"})
  void anUncertainMailIsRepeatedOnceAsItWas(String end) throws Exception {
    try (var house = new SendingHouse(peer.fails("DOT", end).port())) {
      var first = message("ana@example.com", HELLO, Map.of("mid", "q@example.com", "subject", "A"));
      assertThat(house.send(first)).isInstanceOf(SendResult.Retry.class);
      var meanwhile =
          message("ana@example.com", HELLO, Map.of("mid", "later@example.com", "subject", "B"));
      assertThat(house.send(again(meanwhile, 2))).isInstanceOf(SendResult.Unknown.class);
      assertThat(peer.taken).hasSize(2);
      assertThat(peer.taken.get(1).data()).isEqualTo(peer.taken.get(0).data());
      assertThat(peer.taken.get(0).header())
          .contains(
              "Message-ID: <" + SendingHouse.MESSAGE_ID + ">", "In-Reply-To: <q@example.com>");
    }
  }

  @Test
  void aRetryAfterAnErrorHasTheSameBytes() throws Exception {
    try (var house = new SendingHouse(peer.fails("DOT", "close").port())) {
      house.send(message("ana@example.com", HELLO));
      peer.recovers();
      assertThat(house.send(again(message("ana@example.com", HELLO), 2)))
          .isEqualTo(new SendResult.Accepted(SendingHouse.MESSAGE_ID));
      assertThat(peer.taken.get(1).data()).isEqualTo(peer.taken.get(0).data());
    }
  }

  @Test
  void aServerThatAsksForAPauseGetsOne() throws Exception {
    try (var house = new SendingHouse(peer.fails("MAIL", "421 4.7.0 too fast and close").port())) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOf(SendResult.Retry.class);
      peer.recovers();
      assertThat(house.send(message("bob@example.com", HELLO)))
          .isInstanceOf(SendResult.Retry.class);
      assertThat(peer.connections).hasValue(1);
    }
  }

  @Test
  void nobodyListeningIsARetry() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var house = new SendingHouse(port)) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOf(SendResult.Retry.class);
    }
  }

  @Test
  void aStoreThatDoesNotAnswerSendsNothing() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      house.memory.facts.clear();
      var down =
          new dev.hilo.channel.Ports.Memory() {
            @Override
            public void put(String key, String value) {
              throw new IllegalStateException("down");
            }

            @Override
            public String get(String key) {
              throw new IllegalStateException("down");
            }

            @Override
            public String claim(String key, String value) {
              throw new IllegalStateException("down");
            }

            @Override
            public void forget(String key) {
              throw new IllegalStateException("down");
            }
          };
      var ids = new MessageIds(List.of("secret"), "shop.example");
      var settings = new MailHouse().settings;
      var ports = house.ports();
      var broken =
          new dev.hilo.channel.Ports(
              ports.vertx(), ports.http(), ports.blobs(), down, ports.publicUrl(), "main");
      try (var sender =
          new SmtpSender(
              settings.accounts().getFirst(),
              java.util.Set.of(),
              settings.limits(),
              ids,
              new MailThreads("main", List.of("secret"), down),
              null,
              broken)) {
        assertThat(
                SendingHouse.onVirtualThread(() -> sender.send(message("ana@example.com", HELLO))))
            .isInstanceOf(SendResult.Retry.class);
      }
      assertThat(peer.connections).hasValue(0);
    }
  }

  @Test
  void aSendThatIsInterruptedEndsAndSaysSo() throws Exception {
    String patient = "smtp: {host: 127.0.0.1, port: PORT, security: none, timeout: 50m}";
    try (var house = new SendingHouse(peer.fails("DOT", "silence").port(), patient)) {
      var sending = new FutureTask<>(() -> house.channel.send(message("ana@example.com", HELLO)));
      Thread sender = Thread.ofVirtual().start(sending);
      await().until(() -> !peer.taken.isEmpty());
      sender.interrupt();
      assertThatThrownBy(sending::get).hasCauseInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      for (String to : List.of("ana@example.com", "bob@example.com", "eva@example.com")) {
        assertThat(house.send(message(to, HELLO))).isInstanceOf(SendResult.Accepted.class);
      }
      peer.fails("RCPT bob@example.com", "550 5.1.1 no");
      assertThat(house.send(message("bob@example.com", HELLO)))
          .isInstanceOf(SendResult.Refused.class);
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.connections).hasValue(1);
    }
  }

  @Test
  void signsInWithAPassword() throws Exception {
    peer.with("AUTH LOGIN PLAIN", "SIZE 1000000").guarded("s3cret");
    try (var house = new SendingHouse(peer.port(), smtp("s3cret"))) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.signIns).containsExactly("PLAIN help\0help\0s3cret");
    }
  }

  @Test
  void aSignInThatIsRefusedTwiceIsFinal() throws Exception {
    peer.with("AUTH PLAIN").guarded("other");
    try (var house = new SendingHouse(peer.port(), smtp("s3cret"))) {
      var message = message("ana@example.com", HELLO);
      assertThat(house.send(message)).isInstanceOf(SendResult.Retry.class);
      assertThat(house.send(again(message, 2)))
          .isInstanceOfSatisfying(
              SendResult.Refused.class,
              r -> {
                assertThat(r.credentials()).isTrue();
                assertThat(r.code()).isEqualTo("535");
                assertThat(r.why()).doesNotContain("s3cret");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"454 4.7.0 temporarily not", "close"})
  void aSignInThatFailsForAMomentIsARetry(String answer) throws Exception {
    peer.with("AUTH PLAIN").guarded("s3cret").fails("AUTH", answer);
    try (var house = new SendingHouse(peer.port(), smtp("s3cret"))) {
      assertThat(house.send(again(message("ana@example.com", HELLO), 5)))
          .isInstanceOf(SendResult.Retry.class);
    }
  }

  @Test
  void noPasswordIsSaidToAServerWithoutTls() throws Exception {
    peer.with("AUTH PLAIN").guarded("s3cret");
    String starttls =
        "smtp: {host: 127.0.0.1, port: PORT, security: starttls, user: help, password: s3cret}";
    try (var house = new SendingHouse(peer.port(), starttls)) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOfSatisfying(
              SendResult.Retry.class, r -> assertThat(r.why()).contains("no safe way to sign in"));
      assertThat(peer.signIns).isEmpty();
    }
  }

  @Test
  void aServerThatCannotProveItsNameGetsNothing() throws Exception {
    var server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
    server.start();
    String tls = "smtp: {host: 127.0.0.1, port: PORT, security: tls, user: help, password: s3cret}";
    try (var house = new SendingHouse(server.getSmtps().getPort(), tls)) {
      assertThat(house.send(message("ana@example.com", HELLO)))
          .isInstanceOf(SendResult.Retry.class);
      assertThat(server.getReceivedMessages()).isEmpty();
    } finally {
      server.stop();
    }
  }

  @Test
  void aMailThatIsTooLargeForTheServerIsRefusedBeforeItIsSent() throws Exception {
    try (var house = new SendingHouse(peer.with("SIZE 2000").port())) {
      assertThat(house.send(message("ana@example.com", new Content.Text("word ".repeat(1000)))))
          .isInstanceOfSatisfying(
              SendResult.Refused.class, r -> assertThat(r.code()).isEqualTo("too-large"));
    }
  }

  @Test
  void aCopyThatIsRefusedDoesNotKeepTheMailFromItsReceiver() throws Exception {
    try (var house =
        new SendingHouse(peer.fails("RCPT bob@example.com", "550 5.1.1 who?").port())) {
      var mail =
          new Content.Email(
              "A",
              "b",
              List.of(
                  "bob@example.com", "eva@example.com", "help@shop.example", "ana@example.com"));
      assertThat(house.send(message("ana@example.com?unverified", mail)))
          .isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.taken).hasSize(1);
      assertThat(peer.taken.getFirst().to()).containsExactly("ana@example.com", "eva@example.com");
      assertThat(peer.taken.getFirst().field("cc")).isEqualTo("bob@example.com, eva@example.com");
    }
  }

  @Test
  void addressesBeyondAsciiNeedAServerThatTakesThem() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      assertThat(house.send(message("josé@example.com", HELLO)))
          .isInstanceOfSatisfying(
              SendResult.Refused.class, r -> assertThat(r.code()).isEqualTo("bad-address"));
    }
    peer.with("SMTPUTF8", "8BITMIME");
    try (var house = new SendingHouse(peer.port())) {
      assertThat(house.send(message("josé@example.com", HELLO)))
          .isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.taken.getFirst().to()).containsExactly("josé@example.com");
      assertThat(MailParser.parse(peer.taken.getFirst().data()).headers().first("to"))
          .isEqualTo("josé@example.com");
    }
  }

  @ParameterizedTest
  @CsvSource({"not an address", "no-sender.abc?unverified", "'a@b,c@d'", "ana@", "@x", "a>b@x"})
  void whatIsNoAddressIsRefused(String to) throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      assertThat(house.send(message(to, HELLO))).isInstanceOf(SendResult.Refused.class);
      assertThat(peer.taken).isEmpty();
    }
  }

  @Test
  void contentThatMailCannotSayIsRefused() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      assertThat(house.send(message("a@b.example", new Content.Template("x", "en", List.of()))))
          .isEqualTo(
              new SendResult.Refused(
                  "unsupported-content", "a mail cannot say this kind of content"));
    }
  }

  @Test
  void anAddressInTheServersAnswerIsNoId() throws Exception {
    peer.says("250 2.0.0 <Ana@Example.com> and <help@shop.example> ok");
    try (var house = new SendingHouse(peer.port())) {
      house.send(message("ana@example.com", HELLO));
      assertThat(house.memory.facts.keySet())
          .noneMatch(k -> k.toLowerCase(Locale.ROOT).contains("mid:ana@"));
    }
  }

  @Test
  void theServersOwnIdIsRemembered() throws Exception {
    try (var house =
        new SendingHouse(
            peer.says("250 2.6.0 <abc@eur.prod.outlook.com> [InternalId=1] Queued").port())) {
      house.send(message("ana@example.com", HELLO));
      assertThat(house.memory.get("mid:abc@eur.prod.outlook.com"))
          .isEqualTo("ana@example.com\n" + SendingHouse.MESSAGE_ID);
    }
    String id = "010201930a5b3c4d-1a2b3c4d-1111-2222-3333-444455556666-000000";
    assertThat(SmtpSender.wireId("email-smtp.eu-west-1.amazonaws.com", "250 Ok " + id))
        .isEqualTo(id + "@eu-west-1.amazonses.com");
    assertThat(SmtpSender.wireId("email-smtp.us-east-1.amazonaws.com", "250 Ok " + id))
        .isEqualTo(id + "@email.amazonses.com");
    assertThat(SmtpSender.wireId("smtp.example.com", "250 2.0.0 Ok: queued as 4XY")).isNull();
  }

  @Test
  void nothingIsSmuggledIntoTheHeaderNorTheEnvelope() throws Exception {
    String evil = "x\r\nBcc: victim@example.org\r\n\r\n.\r\nMAIL FROM:<e@e>";
    try (var house = new SendingHouse(peer.port())) {
      var context = Map.of("mid", "a@b" + evil, "subject", evil, "refs", "<c@d" + evil + ">");
      var mail = new Content.Email(evil, evil, List.of());
      var file = SendingHouse.file(house.blobs.put(new byte[1], ""), "a/b\r\nX: y", 1, "n" + evil);
      var message =
          message(
              "ana@example.com",
              mail,
              context,
              new dev.hilo.channel.Outbound.Team("t", evil),
              SendingHouse.quote("q" + evil, evil, "es\r\n"));
      assertThat(house.send(SendingHouse.with(message, file)))
          .isInstanceOf(SendResult.Accepted.class);
      var taken = peer.taken.getFirst();
      assertThat(taken.to()).containsExactly("ana@example.com");
      assertThat(taken.headers().fields())
          .extracting(Headers.Field::name)
          .containsExactlyInAnyOrder(
              "from",
              "to",
              "subject",
              "date",
              "message-id",
              "references",
              "x-hilo-hop",
              "mime-version",
              "content-type");
      assertThat(new String(taken.data(), UTF_8)).doesNotContain("\r\nX: y");
    }
  }
}
