package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.email.EmailSettings.FirstConnect;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reading a mailbox on an IMAP server, whatever happens on its side. */
class GreenMailTest {
  @RegisterExtension final Greenhouse mail = new Greenhouse(ServerSetup.PROTOCOL_IMAP);
  private final GreenMail server = mail.server;
  private final MemoryIntake intake = new MemoryIntake();
  private MailHouse house = new MailHouse();

  private FolderSource source(FirstConnect first, int port, String idle, String timeout) {
    house =
        new MailHouse(
            """
            imap: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret, \
            first-connect: %s, idle: %s, poll: 300ms, timeout: %s}\
            """
                .formatted(port, first == FirstConnect.ALL ? "all" : "from-now", idle, timeout),
            "64KB",
            house.blobs,
            house.memory);
    return house.folder("INBOX");
  }

  private RunningSource run(FirstConnect first) {
    return new RunningSource(source(first, server.getImap().getPort(), "9m", "30s"), intake);
  }

  private MailFolder inbox() throws FolderException {
    return mail.inbox();
  }

  private void deliver(String id, String text, Flags.Flag... flags) throws Exception {
    deliver(
        ("From: Ana <ana@example.com>\r\nMessage-ID: <" + id + ">\r\nSubject: Hi\r\n\r\n" + text)
            .getBytes(UTF_8),
        flags);
  }

  private void deliver(byte[] raw, Flags.Flag... flags) throws Exception {
    var set = new Flags();
    for (Flags.Flag flag : flags) {
      set.add(flag);
    }
    inbox().appendMessage(new MimeMessage(null, new ByteArrayInputStream(raw)), set, new Date());
  }

  /** GreenMail numbers a new mailbox by the second in which it is made. */
  private static void awaitNextNumbering() {
    long before = System.currentTimeMillis() / 1000;
    await().until(() -> System.currentTimeMillis() / 1000 > before);
  }

  private void awaitTexts(String... texts) {
    await().untilAsserted(() -> assertThat(intake.texts()).containsExactly(texts));
  }

  /** Waits until the source has looked at everything; what it did not take then, it never takes. */
  private void awaitExplained(int mails) throws Exception {
    long validity = inbox().getUidValidity();
    await().untilAsserted(() -> assertThat(intake.outcomes(validity)).hasSize(mails));
  }

  @Test
  void newMailsArriveByIdleAndNothingIsChangedOnTheServer() throws Exception {
    deliver("before@x", "before");
    try (var _ = run(FirstConnect.FROM_NOW)) {
      awaitExplained(1);
      deliver("1@x", "one");
      awaitTexts("one");
      deliver("2@x", "two");
      deliver("3@x", "three");
      awaitTexts("one", "two", "three");
    }
    assertThat(intake.outcomes(inbox().getUidValidity()))
        .containsExactly("skipped: before the first connect", "ingested", "ingested", "ingested");
    for (var message : inbox().getMessages()) {
      assertThat(message.getFlags().contains(Flags.Flag.SEEN)).isFalse();
    }
    Inbound.Message one = intake.received.getFirst();
    assertThat(one.origin().account()).isEqualTo("help@shop.example");
    assertThat(one.origin().address().id()).isEqualTo("ana@example.com?unverified");
    assertThat(one.origin().trust()).isEqualTo(Strength.CLAIM);
    assertThat(one.externalId()).isEqualTo("1@x");
  }

  @Test
  void aRestartGoesOnWhereItStopped() throws Exception {
    deliver("1@x", "one");
    try (var _ = run(FirstConnect.ALL)) {
      awaitTexts("one");
    }
    deliver("2@x", "two");
    deliver("3@x", "three");
    try (var _ = run(FirstConnect.ALL)) {
      awaitTexts("one", "two", "three");
      deliver("4@x", "four");
      awaitTexts("one", "two", "three", "four");
    }
  }

  @Test
  void aMailThatSomebodyReadFirstIsTaken() throws Exception {
    deliver("1@x", "read by a colleague", Flags.Flag.SEEN);
    deliver("2@x", "a draft", Flags.Flag.DRAFT);
    deliver("3@x", "thrown away", Flags.Flag.DELETED);
    try (var _ = run(FirstConnect.ALL)) {
      awaitExplained(3);
    }
    assertThat(intake.texts()).containsExactly("read by a colleague");
    assertThat(intake.outcomes(inbox().getUidValidity()))
        .containsExactly("ingested", "skipped: draft", "skipped: deleted");
  }

  @Test
  void aFolderNumberedAnewIsNotTakenTwice() throws Exception {
    deliver("1@x", "one");
    deliver("2@x", "two");
    try (var _ = run(FirstConnect.ALL)) {
      awaitTexts("one", "two");
    }
    long before = inbox().getUidValidity();
    server.purgeEmailFromAllMailboxes();
    server.stop();
    server.reset();
    awaitNextNumbering();
    mail.register();
    assertThat(inbox().getUidValidity()).isNotEqualTo(before);
    deliver("2@x", "two");
    deliver("1@x", "one");
    deliver("3@x", "three");
    try (var _ = run(FirstConnect.ALL)) {
      awaitTexts("one", "two", "three");
      awaitExplained(3);
    }
    assertThat(intake.outcomes(inbox().getUidValidity()))
        .containsExactly("duplicate", "duplicate", "ingested");
    assertThat(intake.cursor).startsWith(inbox().getUidValidity() + ":3:");
  }

  @Test
  void aMessageIdUsedAgainForAnotherTextIsKeptAndACopyIsNot() throws Exception {
    deliver("same@x", "first parcel");
    deliver("same@x", "second parcel");
    deliver("same@x", "first parcel");
    try (var _ = run(FirstConnect.ALL)) {
      awaitExplained(3);
    }
    assertThat(intake.texts()).containsExactly("first parcel", "second parcel");
    assertThat(intake.received.getFirst().origin().dedupeKey())
        .isNotEqualTo(intake.received.getLast().origin().dedupeKey());
  }

  @Test
  void mailsThatCannotBeReadAreSeenAndStopNothing() throws Exception {
    var bomb =
        new StringBuilder(
            "From: m@x.example\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n");
    for (int i = 0; i < 40; i++) {
      bomb.append("--b").append(i).append("\r\nContent-Type: multipart/mixed; boundary=b");
      bomb.append(i + 1).append("\r\n\r\n");
    }
    deliver(bomb.toString().getBytes(UTF_8));
    deliver("big@x", "x".repeat(70_000));
    deliver("3@x", "fine");
    try (var _ = run(FirstConnect.ALL)) {
      awaitExplained(3);
    }
    assertThat(intake.received).hasSize(3);
    assertThat(intake.received.get(0).content())
        .isEqualTo(
            new Content.Unsupported(
                "mail", "mail could not be read (its parts are nested deeper than 30)"));
    assertThat(intake.received.get(0).origin().address().id()).isEqualTo("m@x.example?unverified");
    assertThat(intake.received.get(1).content())
        .isEqualTo(
            new Content.Unsupported("mail", "mail could not be read (it is larger than 64KB)"));
    assertThat(intake.received.get(1).externalId()).isEqualTo("big@x");
    assertThat(intake.texts().get(2)).isEqualTo("fine");
  }

  @Test
  void ownMailsAreSkipped() throws Exception {
    var ids = house.ids;
    deliver(ids.make("01JD000000000000000000000A"), "a copy of ours");
    deliver("From: Help <HELP@Shop.example>\r\n\r\nfrom us".getBytes(UTF_8));
    deliver("3@x", "from outside");
    try (var _ = run(FirstConnect.ALL)) {
      awaitExplained(3);
    }
    assertThat(intake.texts()).containsExactly("from outside");
    assertThat(intake.outcomes(inbox().getUidValidity()))
        .containsExactly(
            "skipped: copy of a mail of ours",
            "parked: says that it is from an address of ours, which nobody vouches for",
            "ingested");
  }

  @Test
  void nothingIsExplainedBeforeItIsDurable() throws Exception {
    deliver("1@x", "one");
    intake.broken = true;
    var failed = run(FirstConnect.ALL);
    assertThat(failed.join()).isInstanceOf(IllegalStateException.class);
    assertThat(intake.ledger).isEmpty();
    assertThat(intake.cursor).isNull();
    intake.broken = false;
    house.blobs.broken = true;
    deliver("From: a@x.example\r\nContent-Type: text/html\r\n\r\n<p>two".getBytes(UTF_8));
    var failedAgain = run(FirstConnect.ALL);
    assertThat(failedAgain.join()).isInstanceOf(IOException.class);
    house.blobs.broken = false;
    try (var _ = run(FirstConnect.ALL)) {
      awaitTexts("one", "two");
    }
  }

  @Test
  void theConnectionIsMadeAgainWhenTheServerComesBack() throws Exception {
    try (var _ = run(FirstConnect.ALL)) {
      deliver("1@x", "one");
      awaitTexts("one");
      server.getImap().stopService();
      awaitNextNumbering();
      var again =
          new GreenMail(
              new ServerSetup(server.getImap().getPort(), "127.0.0.1", ServerSetup.PROTOCOL_IMAP));
      var sameUser = again.setUser("help@shop.example", "help", "secret");
      try {
        await().ignoreExceptions().untilAsserted(again::start);
        again
            .getManagers()
            .getImapHostManager()
            .getInbox(sameUser)
            .appendMessage(
                new MimeMessage(
                    null,
                    new ByteArrayInputStream("From: ana@example.com\r\n\r\nafter".getBytes(UTF_8))),
                new Flags(),
                new Date());
        await().untilAsserted(() -> assertThat(intake.texts()).containsExactly("one", "after"));
      } finally {
        again.stop();
      }
    }
  }

  @Test
  void aConnectionThatDiedInSilenceIsReplaced() throws Exception {
    try (var line = new Line(server.getImap().getPort(), false)) {
      var source = source(FirstConnect.ALL, line.port(), "300ms", "200ms");
      try (var _ = new RunningSource(source, intake)) {
        deliver("1@x", "one");
        awaitTexts("one");
        line.freeze();
        deliver("2@x", "two");
        awaitTexts("one", "two");
        assertThat(line.connections()).isGreaterThan(1);
      }
    }
  }

  @Test
  void aServerWithoutIdleIsAskedAgainAndAgain() throws Exception {
    try (var line = new Line(server.getImap().getPort(), true)) {
      var source = source(FirstConnect.ALL, line.port(), "9m", "30s");
      try (var _ = new RunningSource(source, intake)) {
        deliver("1@x", "one");
        awaitTexts("one");
        deliver("2@x", "two");
        awaitTexts("one", "two");
        assertThat(line.connections()).isEqualTo(1);
      }
    }
  }

  @Test
  void aServerThatCannotProveItsNameIsNotTalkedTo() {
    var secured = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAPS));
    secured.setUser("help@shop.example", "help", "secret");
    secured.start();
    try {
      var imap =
          ConfigNode.parse(
                  "{host: 127.0.0.1, port: %d, user: help, password: secret}"
                      .formatted(secured.getImaps().getPort()))
              .bind(EmailSettings.Imap.class);
      assertThatThrownBy(
              () ->
                  ImapFolder.open(
                      imap, new MailAccess("help", imap.password(), null), "secret", "INBOX"))
          .isInstanceOf(MessagingException.class)
          .hasRootCauseInstanceOf(CertPathBuilderException.class);
    } finally {
      secured.stop();
    }
  }

  @Test
  void aWrongPasswordIsNoReasonToStop() throws Exception {
    deliver("1@x", "one");
    server.setUser("help@shop.example", "help", "another");
    try (var _ = run(FirstConnect.ALL)) {
      server.setUser("help@shop.example", "help", "secret");
      awaitTexts("one");
    }
  }

  @Test
  void moreWaitingMailsThanOneBatchAreAllTaken() throws Exception {
    for (int i = 0; i < 150; i++) {
      deliver("m" + i + "@x", "mail " + i);
    }
    try (var _ = run(FirstConnect.ALL)) {
      await().until(() -> intake.received.size() == 150);
    }
    assertThat(intake.texts()).startsWith("mail 0").endsWith("mail 149").doesNotHaveDuplicates();
  }
}
