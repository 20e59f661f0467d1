package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.channel.Source.Wish;
import jakarta.mail.Flags;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a mailbox's settings want of its folders, and what people want of it. */
class FolderPolicyTest {
  @RegisterExtension final Greenhouse mail = new Greenhouse(ServerSetup.PROTOCOL_IMAP);
  private final GreenMail server = mail.server;
  private final MemoryIntake intake = new MemoryIntake();
  private MailHouse house = new MailHouse();

  private FolderSource folder(String name, String settings) {
    house =
        new MailHouse(
            "imap: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret, %s}"
                .formatted(server.getImap().getPort(), settings),
            "64KB",
            house.blobs,
            house.memory);
    return house.folder(name);
  }

  private RunningSource run(String settings) {
    return new RunningSource(folder("INBOX", settings), intake);
  }

  private MailFolder box(String name) throws Exception {
    var boxes = server.getManagers().getImapHostManager();
    return boxes.getFolder(mail.user(), name) == null
        ? boxes.createMailbox(mail.user(), name)
        : boxes.getFolder(mail.user(), name);
  }

  private void deliver(String folder, String text, Instant received) throws Exception {
    byte[] raw =
        ("From: Ana <ana@example.com>\r\nMessage-ID: <" + text + "@x>\r\n\r\n" + text)
            .getBytes(UTF_8);
    box(folder)
        .appendMessage(
            new MimeMessage(null, new ByteArrayInputStream(raw)), new Flags(), Date.from(received));
  }

  private static Instant daysAgo(int days) {
    return Instant.now().minus(Duration.ofDays(days));
  }

  private List<String> outcomes(String folder) throws Exception {
    return intake.outcomes(box(folder).getUidValidity());
  }

  private void awaitOutcomes(String... outcomes) {
    await().untilAsserted(() -> assertThat(outcomes("INBOX")).containsExactly(outcomes));
  }

  private String kind(int mail) {
    return String.valueOf(intake.received.get(mail).details().get("mail.kind"));
  }

  @Test
  void fromADayOnMailsThatWaitedAreTakenAndCallNobody() throws Exception {
    deliver("INBOX", "ancient", daysAgo(40));
    deliver("INBOX", "old", daysAgo(10));
    deliver("INBOX", "fresh", daysAgo(1));
    String since = LocalDate.now(ZoneOffset.UTC).minusDays(20).toString();
    try (var _ = run("first-connect: since, since: " + since)) {
      awaitOutcomes("skipped: before the first connect", "ingested", "ingested");
      deliver("INBOX", "arrives late", daysAgo(30));
      awaitOutcomes("skipped: before the first connect", "ingested", "ingested", "ingested");
    }
    assertThat(intake.texts()).containsExactly("old", "fresh", "arrives late");
    assertThat(kind(0)).isEqualTo("old");
    assertThat(kind(1)).isEqualTo("null");
    assertThat(kind(2)).as("it did not wait for us").isEqualTo("null");
  }

  @Test
  void mailsOfAJunkFolderAreTakenMuted() throws Exception {
    deliver("Junk", "win a prize", Instant.now());
    try (var _ = new RunningSource(folder("Junk", "first-connect: all, junk: [Junk]"), intake)) {
      await().untilAsserted(() -> assertThat(intake.texts()).containsExactly("win a prize"));
    }
    assertThat(kind(0)).isEqualTo("junk");
  }

  @Test
  void mailsThatWereTakenAreMarkedAsSeen() throws Exception {
    deliver("INBOX", "one", Instant.now());
    try (var _ = run("first-connect: all, after: seen")) {
      await()
          .untilAsserted(
              () ->
                  assertThat(box("INBOX").getMessages().getFirst().getFlags())
                      .matches(flags -> flags.contains(Flags.Flag.SEEN)));
      assertThat(outcomes("INBOX")).containsExactly("ingested");
    }
  }

  @Test
  void aServerThatCannotMoveKeepsItsMails() throws Exception {
    deliver("INBOX", "one", Instant.now());
    try (var _ = run("first-connect: all, after: move, move-to: Done")) {
      awaitOutcomes("ingested");
      deliver("INBOX", "two", Instant.now());
      awaitOutcomes("ingested", "ingested");
    }
    int kept = box("INBOX").getMessageCount() + box("Done").getMessageCount();
    assertThat(kept).isEqualTo(2);
  }

  @Test
  void aMailThatTheLedgerForgotIsFoundByComparing() throws Exception {
    deliver("INBOX", "before us", daysAgo(2));
    try (var _ = run("first-connect: from-now, reconcile: 200ms, timeout: 1s")) {
      awaitOutcomes("skipped: before the first connect");
      for (int i = 0; i < 60; i++) {
        deliver("INBOX", "mail " + i, Instant.now());
      }
      await().until(() -> intake.received.size() == 60);
      await().untilAsserted(() -> assertThat(intake.missing).endsWith(0));
      assertThat(intake.missing).containsOnly(0);
      String hidden = box("INBOX").getUidValidity() + "|3";
      intake.ledger.remove(hidden);
      await().untilAsserted(() -> assertThat(intake.missing).contains(1).endsWith(0));
      assertThat(intake.ledger).containsKey(hidden);
    }
    assertThat(intake.texts()).as("it was there already").hasSize(60);
  }

  @Test
  void whatWasThereBeforeIsTakenOnRequest() throws Exception {
    deliver("INBOX", "ancient", daysAgo(40));
    deliver("INBOX", "older", daysAgo(10));
    deliver("INBOX", "yesterday", daysAgo(1));
    var source = folder("INBOX", "first-connect: from-now");
    try (var _ = new RunningSource(source, intake)) {
      awaitOutcomes(
          "skipped: before the first connect",
          "skipped: before the first connect",
          "skipped: before the first connect");
      deliver("INBOX", "news", Instant.now());
      await().until(() -> intake.received.size() == 1);
      source.attend(new Wish.Since(daysAgo(12)), intake);
      source.attend(new Wish.Since(daysAgo(12)), intake);
    }
    assertThat(intake.texts()).containsExactly("news", "older", "yesterday");
    assertThat(kind(1)).isEqualTo("old");
    assertThat(outcomes("INBOX"))
        .containsExactly("skipped: before the first connect", "ingested", "ingested", "ingested");
  }

  @Test
  void whatWasParkedIsReadAgainFromWhatIsKept() throws Exception {
    byte[] ours =
        "From: Help <help@shop.example>\r\nMessage-ID: <p@x>\r\n\r\nfrom us?".getBytes(UTF_8);
    box("INBOX")
        .appendMessage(
            new MimeMessage(null, new ByteArrayInputStream(ours)), new Flags(), new Date());
    var source = folder("INBOX", "first-connect: all");
    try (var _ = new RunningSource(source, intake)) {
      await().until(() -> intake.parked.size() == 1);
    }
    String key = intake.parked.keySet().iterator().next();
    server.stop();
    intake.parked.computeIfPresent(
        key, (_, p) -> new dev.hilo.channel.Source.Parked("it broke the parser", p.blob(), p.at()));
    source.attend(new Wish.Again(key), intake);
    assertThat(intake.parked.get(key).why()).contains("an address of ours");
  }

  @Test
  void whatWasTooLargeIsFetchedAgain() throws Exception {
    deliver("INBOX", "x".repeat(70_000), Instant.now());
    var source = folder("INBOX", "first-connect: all");
    try (var _ = new RunningSource(source, intake)) {
      await().until(() -> intake.parked.size() == 1);
    }
    String key = intake.parked.keySet().iterator().next();
    var larger =
        new MailHouse(
            "imap: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret}"
                .formatted(server.getImap().getPort()),
            "1MB",
            house.blobs,
            house.memory);
    larger.folder("INBOX").attend(new Wish.Again(key), intake);
    assertThat(intake.ledger.get(key)).isEqualTo("ingested");
    assertThat(intake.received).hasSize(2);
    assertThat(intake.received.getLast().origin().dedupeKey()).endsWith("|again");
  }

  @Test
  void refusedCredentialsNeedAttentionAfterThreeTries() throws Exception {
    server.setUser("help@shop.example", "help", "another");
    try (var _ = run("first-connect: all")) {
      await().until(() -> intake.troubles.size() == 3);
    }
    assertThat(intake.troubles.get(0))
        .startsWith("credentials refused")
        .doesNotContain("attention");
    assertThat(intake.troubles.get(2)).contains("needs attention").doesNotContain("secret");
  }
}
