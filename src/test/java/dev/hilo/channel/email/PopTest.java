package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.channel.Source.Wish;
import jakarta.mail.Flags;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fetching a mailbox by POP3. */
class PopTest {
  @RegisterExtension final Greenhouse mail = new Greenhouse(ServerSetup.PROTOCOL_POP3);
  private final GreenMail server = mail.server;
  private final MemoryIntake intake = new MemoryIntake();
  private MailHouse house = new MailHouse();

  private PopSource source(String settings) {
    house =
        new MailHouse(
            ("pop3: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret, "
                    + "poll: 100ms, %s}")
                .formatted(server.getPop3().getPort(), settings),
            "64KB",
            house.blobs,
            house.memory);
    return house.pop();
  }

  private RunningSource run(String settings) {
    return new RunningSource(source(settings), intake);
  }

  private int onServer() throws Exception {
    return mail.inbox().getMessageCount();
  }

  private void deliver(String id, String text) throws Exception {
    byte[] raw =
        ("From: Ana <ana@example.com>\r\nMessage-ID: <" + id + "@x>\r\n\r\n" + text)
            .getBytes(UTF_8);
    mail.inbox()
        .appendMessage(
            new MimeMessage(null, new ByteArrayInputStream(raw)), new Flags(), new Date());
  }

  private void awaitTexts(String... texts) {
    await().untilAsserted(() -> assertThat(intake.texts()).containsExactly(texts));
  }

  @Test
  void onlyWhatArrivesLaterIsTakenAndStaysOnTheServer() throws Exception {
    deliver("0", "before");
    try (var _ = run("first-connect: from-now")) {
      await().until(() -> intake.cursor != null);
      deliver("1", "one");
      deliver("2", "two");
      awaitTexts("one", "two");
    }
    deliver("3", "three");
    try (var _ = run("first-connect: from-now")) {
      awaitTexts("one", "two", "three");
    }
    assertThat(onServer()).isEqualTo(4);
    assertThat(intake.ledger.values())
        .containsOnlyOnce("skipped: before the first connect")
        .filteredOn("ingested"::equals)
        .as("each by its UIDL and its content")
        .hasSize(6);
  }

  @Test
  void whatIsSafeHereIsTakenOffTheServerAndNothingElse() throws Exception {
    deliver("1", "one");
    deliver("2", "x".repeat(70_000));
    deliver("3", "three");
    try (var _ = run("first-connect: all, delete: true")) {
      await().until(() -> onServer() == 1);
      assertThat(intake.received).hasSize(3);
      deliver("4", "four");
      await().until(() -> intake.received.size() == 4 && onServer() == 1);
    }
    assertThat(intake.parked.values())
        .singleElement()
        .extracting("why")
        .asString()
        .contains("64KB");
  }

  @Test
  void nothingIsDeletedThatIsNotSafe() throws Exception {
    deliver("1", "one");
    intake.broken = true;
    assertThat(run("first-connect: all, delete: true").join())
        .isInstanceOf(IllegalStateException.class);
    assertThat(onServer()).isEqualTo(1);
    assertThat(intake.ledger).isEmpty();
    intake.broken = false;
    try (var _ = run("first-connect: all, delete: true")) {
      await().until(() -> onServer() == 0);
    }
    awaitTexts("one");
  }

  @Test
  void moreThanOneSessionTakesAreAllTaken() throws Exception {
    for (int i = 0; i < 450; i++) {
      deliver("m" + i, "mail " + i);
    }
    try (var _ = run("first-connect: all, delete: true")) {
      await().until(() -> onServer() == 0);
    }
    assertThat(intake.texts()).hasSize(450).doesNotHaveDuplicates();
  }

  @Test
  void whatWasTooLargeIsFetchedAgain() throws Exception {
    deliver("1", "x".repeat(70_000));
    try (var _ = run("first-connect: all")) {
      await().until(() -> intake.parked.size() == 1);
    }
    String key = intake.parked.keySet().iterator().next();
    var larger =
        new MailHouse(
            "pop3: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret}"
                .formatted(server.getPop3().getPort()),
            "1MB",
            house.blobs,
            house.memory);
    larger.pop().attend(new Wish.Again(key), intake);
    assertThat(intake.ledger.get(key)).isEqualTo("ingested");
  }
}
