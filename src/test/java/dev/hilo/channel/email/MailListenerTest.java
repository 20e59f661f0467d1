package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail servers and strangers at our port: what is acknowledged is kept, once. */
class MailListenerTest {
  @TempDir static Path folder;
  private static Vertx vertx;
  private static String certificate;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    certificate = ListenerHouse.certificate(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private static ListenerHouse smtp(String more) {
    return new ListenerHouse(vertx, false, more);
  }

  private static String mail(String id, String text) {
    return "From: Ana <ana@example.com>\r\nTo: help@shop.example\r\nMessage-ID: <"
        + id
        + "@example.com>\r\nSubject: Hi\r\n\r\n"
        + text;
  }

  private static String raw(ListenerHouse house, String account) {
    return new String(house.blobs.get(account).stored.get("blob1"), UTF_8);
  }

  @Test
  void aStrangersMailIsTakenWithItsWayOnTop() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      assertThat(client.greeting).isEqualTo("220 mx.shop.example ESMTP Hilo");
      String forged =
          "X-Hilo-Kind: x\r\nAuthentication-Results: mx.shop.example;\r\n dmarc=pass\r\n"
              + "Return-Path: <boss@shop.example>\r\nAuthentication-Results: other; dkim=pass\r\n";
      assertThat(
              client.deliver("ana@example.com", "HELP+x@shop.example", forged + mail("1", "one")))
          .startsWith("250 2.0.0 taken as ");
      assertThat(client.ask("QUIT")).startsWith("221");
      assertThat(house.intake.texts()).containsExactly("one");
      assertThat(raw(house, ListenerHouse.HELP))
          .startsWith(
              "Return-Path: <ana@example.com>\r\nDelivered-To: help+x@shop.example\r\n"
                  + "Received: from client.example ([127.0.0.1])\r\n\tby mx.shop.example (Hilo)"
                  + " with ESMTP id ")
          .contains("for <help+x@shop.example>")
          .contains("Authentication-Results: mx.shop.example;\r\n\tspf=none")
          .contains("Authentication-Results: other; dkim=pass\r\n")
          .doesNotContain("X-Hilo-Kind")
          .doesNotContain("dmarc=pass")
          .doesNotContain("boss@");
    }
  }

  @Test
  void whoTheSenderIsIsCheckedHere() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      house.zone.txt("_dmarc.example.com", "v=DMARC1; p=reject");
      house.zone.txt("example.com", "v=spf1 ip4:127.0.0.1 -all");
      client.deliver("ana@example.com", "help@shop.example", mail("1", "one"));
      client.again("eve@example.org", "help@shop.example", mail("2", "two"));
      assertThat(house.intake.received)
          .extracting(m -> m.details().get("meta.sender"))
          .containsExactly("verified", "failed");
    }
  }

  @Test
  void severalReceiversAreOneMailForEachMailbox() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      client.ask("EHLO x");
      client.ask("MAIL FROM:<ana@example.com>");
      client.ask("RCPT TO:<help@shop.example>");
      client.ask("RCPT TO:<help+a@shop.example>");
      client.ask("DATA");
      assertThat(client.ask(mail("1", "one") + "\r\n.")).startsWith("250");
      assertThat(house.intake.texts()).containsExactly("one");
      assertThat(raw(house, ListenerHouse.HELP))
          .contains("Delivered-To: help@shop.example\r\nDelivered-To: help+a@shop.example\r\n");
    }
  }

  @Test
  void withoutAStoreThereIsNo250AndAfterwardsOneMail() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      house.intake.broken = true;
      assertThat(client.deliver("ana@example.com", "help@shop.example", mail("1", "one")))
          .startsWith("451 4.3.0");
      house.intake.broken = false;
      house.blobs.get(ListenerHouse.HELP).broken = true;
      assertThat(client.again("ana@example.com", "help@shop.example", mail("1", "one")))
          .startsWith("451 4.3.0");
      house.blobs.get(ListenerHouse.HELP).broken = false;
      assertThat(client.again("ana@example.com", "help@shop.example", mail("1", "one")))
          .startsWith("250");
      assertThat(house.intake.texts()).containsExactly("one");
      assertThat(house.memory.availablePermits()).isEqualTo(131_072);
    }
  }

  @Test
  void aLost250IsNoSecondMail() throws Exception {
    try (var house = smtp("")) {
      try (var client = house.client()) {
        client.send(
            "EHLO x\r\nMAIL FROM:<ana@example.com>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n"
                + mail("1", "one")
                + "\r\n.\r\n");
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> house.intake.received.size() == 1);
      try (var client = house.client()) {
        assertThat(client.deliver("ana@example.com", "help@shop.example", mail("1", "one")))
            .startsWith("250");
      }
      assertThat(house.intake.texts()).containsExactly("one");
      await().until(() -> house.memory.availablePermits() == 131_072);
    }
  }

  @Test
  void lmtpAnswersForEachMailboxAndBelievesTheHouse() throws Exception {
    try (var house = new ListenerHouse(vertx, true, "");
        var client = house.client()) {
      String results =
          "Authentication-Results: mail.shop.example;\n dmarc=pass header.from=example.com\n";
      String mail = results + mail("1", "one\nand more");
      house.blobs.get(ListenerHouse.HELP).broken = true;
      for (String command :
          List.of(
              "LHLO x",
              "MAIL FROM:<ana@example.com>",
              "RCPT TO:<help@shop.example>",
              "RCPT TO:<deals@shop.example>",
              "DATA")) {
        assertThat(client.ask(command)).startsWith(command.equals("DATA") ? "354" : "250");
      }
      assertThat(client.ask(mail + "\r\n.")).startsWith("451 4.3.0");
      assertThat(client.reply()).as("of the other mailbox").startsWith("250");
      house.blobs.get(ListenerHouse.HELP).broken = false;
      assertThat(client.again("ana@example.com", "help@shop.example", mail)).startsWith("250");
      assertThat(client.again("ana@example.com", "deals@shop.example", mail)).startsWith("250");
      assertThat(house.intake.texts()).containsExactly("one\nand more");
      assertThat(client.again("ana@example.com", "help@shop.example", results + mail("2", "two")))
          .startsWith("250");
      assertThat(house.intake.received.getLast().details())
          .containsEntry("meta.sender", "verified");
      assertThat(raw(house, ListenerHouse.HELP)).contains(" with LMTP id ");
    }
  }

  @Test
  void startTlsWithInjectedCommandsAndThenAMail() throws Exception {
    try (var house = smtp(certificate);
        var client = house.client()) {
      client.ask("EHLO x");
      client.send("STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@example.com>\r\n");
      assertThat(client.reply()).startsWith("220");
    }
    try (var house = smtp(certificate);
        var client = house.client()) {
      client.ask("EHLO x");
      assertThat(client.ask("STARTTLS")).startsWith("220");
      client.secure();
      assertThat(client.ask("MAIL FROM:<ana@example.com>")).startsWith("503");
      assertThat(client.deliver("ana@example.com", "help@shop.example", mail("1", "one")))
          .startsWith("250");
      assertThat(raw(house, ListenerHouse.HELP)).contains(" with ESMTPS id ");
    }
  }

  @Test
  void angusMailDeliversWithTls() throws Exception {
    try (var house = smtp(certificate)) {
      var settings = new Properties();
      settings.put("mail.smtp.host", "127.0.0.1");
      settings.put("mail.smtp.port", String.valueOf(house.port()));
      settings.put("mail.smtp.starttls.required", "true");
      settings.put("mail.smtp.ssl.trust", "*");
      settings.put("mail.smtp.ssl.checkserveridentity", "false");
      settings.put("mail.smtp.timeout", "20000");
      var session = Session.getInstance(settings);
      var mail = new MimeMessage(session);
      mail.setFrom("ana@example.com");
      mail.setRecipient(Message.RecipientType.TO, new InternetAddress("help@shop.example"));
      mail.setSubject("Grüße");
      mail.setText("one\n.two\n..three\n\n.\nend", "UTF-8");
      try (var transport = session.getTransport("smtp")) {
        transport.connect();
        transport.sendMessage(mail, mail.getAllRecipients());
      }
      assertThat(house.intake.texts()).containsExactly("one\n.two\n..three\n\n.\nend");
    }
  }

  @Test
  void theClientOfVertxDeliversPipelinedWithTls() throws Exception {
    try (var house = smtp(certificate)) {
      var settings =
          new MailConfig("127.0.0.1", house.port())
              .setStarttls(StartTLSOptions.REQUIRED)
              .setTrustAll(true)
              .setHostnameVerificationAlgorithm("")
              .setLogin(LoginOption.DISABLED)
              .setOwnHostname("client.example");
      var client = io.vertx.ext.mail.MailClient.create(vertx, settings);
      try {
        for (int i = 0; i < 5; i++) {
          client
              .sendMail(new MailMessage("ana@example.com", "help@shop.example", "Hi", "text " + i))
              .await(20, TimeUnit.SECONDS);
        }
      } finally {
        client.close().await(10, TimeUnit.SECONDS);
      }
      assertThat(house.intake.texts())
          .containsExactly("text 0", "text 1", "text 2", "text 3", "text 4");
    }
  }

  @Test
  void tooLargeIsSaidBeforeAndAfter() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      client.ask("EHLO x");
      assertThat(client.ask("MAIL FROM:<> SIZE=2000000")).startsWith("552 5.3.4");
      assertThat(
              client.again("", "help@shop.example", mail("1", "x".repeat(50) + "\r\n").repeat(9)))
          .startsWith("250");
      assertThat(
              client.again(
                  "", "help@shop.example", (mail("2", "x".repeat(50)) + "\r\n").repeat(9000)))
          .startsWith("552 5.3.4");
      assertThat(client.ask("NOOP")).startsWith("250");
      await().until(() -> house.memory.availablePermits() == 131_072);
    }
  }

  @Test
  void aLoopEnds() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      String hops = "Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\r\n".repeat(51);
      assertThat(client.deliver("", "help@shop.example", hops + mail("1", "one")))
          .startsWith("554 5.4.6");
    }
  }

  @Test
  void whoDribblesIsShownTheDoor() throws Exception {
    try (var house = smtp(", timeout: 300ms");
        var client = house.client()) {
      client.ask("EHLO x");
      client.ask("MAIL FROM:<>");
      client.ask("RCPT TO:<help@shop.example>");
      client.ask("DATA");
      var dribble =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        client.send("x");
                        Thread.sleep(20);
                      }
                    } catch (Exception e) {
                      // closed
                    }
                  });
      assertThat(client.reply()).startsWith("421 4.4.2");
      dribble.interrupt();
      dribble.join();
    }
  }

  @Test
  void oneClientCannotHaveAllConnections() throws Exception {
    try (var house = smtp(", connections: 8")) {
      try (var one = house.client();
          var two = house.client()) {
        assertThat(one.greeting).startsWith("220");
        assertThat(two.greeting).startsWith("220");
        try (var three = house.client()) {
          assertThat(three.greeting).startsWith("421");
        }
        one.ask("QUIT");
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                try (var again = house.client()) {
                  return again.greeting.startsWith("220");
                }
              });
    }
  }

  @Test
  void fiveHundredClientsAtATime() throws Exception {
    try (var house = smtp(", connections: 600, trusted: [127.0.0.0/8]");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients = new ArrayList<MailClient>();
      for (int i = 0; i < 500; i++) {
        clients.add(house.client());
      }
      var replies = new ArrayList<Future<String>>();
      for (int i = 0; i < clients.size(); i++) {
        String mail = mail("m" + i, "text " + i);
        MailClient client = clients.get(i);
        replies.add(
            threads.submit(() -> client.deliver("a@example.com", "help@shop.example", mail)));
      }
      for (Future<String> reply : replies) {
        assertThat(reply.get(60, TimeUnit.SECONDS)).startsWith("250");
      }
      for (MailClient client : clients) {
        client.close();
      }
      assertThat(house.intake.texts()).hasSize(500).doesNotHaveDuplicates();
    }
  }

  @Test
  void goingAwayIsSaid() throws Exception {
    var house = smtp("");
    try (var client = house.client()) {
      client.ask("EHLO x");
      house.close();
      assertThat(client.reply()).startsWith("421 4.3.2");
      assertThat(client.reply()).isEmpty();
    }
  }

  @Test
  void goingAwayWaitsForTheMailOnItsWay() throws Exception {
    var house = smtp("");
    try (var client = house.client()) {
      house.zone.slow = true;
      client.ask("EHLO x");
      client.send(
          "MAIL FROM:<ana@example.com>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n"
              + mail("1", "one")
              + "\r\n.\r\n");
      for (String code : List.of("250", "250", "354")) {
        assertThat(client.reply()).startsWith(code);
      }
      await().until(() -> !house.zone.asked.isEmpty());
      var closing = Thread.ofVirtual().start(house::close);
      await().until(() -> house.port() == 0);
      house.zone.open.countDown();
      assertThat(client.reply()).startsWith("250 2.0.0 taken");
      assertThat(client.reply()).startsWith("421");
      closing.join();
      assertThat(house.intake.texts()).containsExactly("one");
    }
  }

  @Test
  void answersComeToTheReplyDomain() throws Exception {
    try (var house = smtp("");
        var client = house.client()) {
      String token = "r.abcdefghijklmnopqrstuvwxyz23456";
      assertThat(client.deliver("ana@example.com", token + "@reply.shop.example", mail("1", "one")))
          .startsWith("250");
      assertThat(client.again("ana@example.com", "any@reply.shop.example", mail("2", "two")))
          .startsWith("550 5.1.1");
      assertThat(house.intake.texts()).containsExactly("one");
    }
  }
}
