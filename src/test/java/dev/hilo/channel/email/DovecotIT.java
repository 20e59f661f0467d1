package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a mailbox on a real dovecot, started for the test with a configuration of its own. */
class DovecotIT {
  private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
  private static final Path POP3 = Path.of("/usr/lib/dovecot/pop3");

  @TempDir static Path folder;
  private static Process dovecot;
  private static int port;
  private static int popPort;

  private final MemoryIntake intake = new MemoryIntake();
  private String user = "";

  @BeforeAll
  static void start() throws Exception {
    for (Path program : List.of(PROGRAM, POP3)) {
      if (!Files.isExecutable(program)) {
        assertThat(System.getProperty("require.all"))
            .as(
                "require.all is set, and this test needs %s (apt-get install dovecot-imapd"
                    + " dovecot-pop3d)",
                program)
            .isNull();
        assumeTrue(false, "no " + program + " here: not tested against a real mail server");
      }
    }
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var another = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
      popPort = another.getLocalPort();
    }
    Path config = configuration();
    dovecot =
        new ProcessBuilder(PROGRAM.toString(), "-F", "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
    await()
        .atMost(Duration.ofSeconds(20))
        .failFast("dovecot ended: " + config, () -> !dovecot.isAlive())
        .ignoreExceptions()
        .until(
            () -> {
              new Imap("probe").close();
              return true;
            });
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (dovecot != null) {
      dovecot.destroy();
      if (!dovecot.waitFor(10, TimeUnit.SECONDS)) {
        dovecot.destroyForcibly().waitFor();
      }
    }
  }

  private static Path configuration() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    // root may not own mail, and others cannot act for anybody but themselves
    boolean root = System.getProperty("user.name").equals("root");
    Path mail = Files.createDirectory(folder.resolve("mail"));
    var accounts = mail.getFileSystem().getUserPrincipalLookupService();
    String user = root ? "nobody" : System.getProperty("user.name");
    if (root) {
      Files.setOwner(mail, accounts.lookupPrincipalByName("nobody"));
    }
    String group =
        root ? "nogroup" : Files.readAttributes(mail, PosixFileAttributes.class).group().getName();
    return Files.writeString(
        folder.resolve("dovecot.conf"),
        """
        base_dir = %1$s/run
        state_dir = %1$s/state
        log_path = %1$s/dovecot.log
        default_internal_user = %2$s
        default_internal_group = %3$s
        default_login_user = %2$s
        protocols = imap pop3
        listen = 127.0.0.1
        ssl = no
        disable_plaintext_auth = no
        mail_location = maildir:%4$s/%%u
        first_valid_uid = 0
        first_valid_gid = 0
        auth_mechanisms = plain login
        passdb {
          driver = static
          args = password=secret
        }
        userdb {
          driver = static
          args = uid=%2$s gid=%3$s home=%4$s/%%u
        }
        service imap-login {
          chroot =
          inet_listener imap {
            port = %5$d
          }
          inet_listener imaps {
            port = 0
          }
        }
        service pop3-login {
          chroot =
          inet_listener pop3 {
            port = %6$d
          }
          inet_listener pop3s {
            port = 0
          }
        }
        service anvil {
          chroot =
        }
        """
            .formatted(folder, user, group, mail, port, popPort));
  }

  @BeforeEach
  void newUser() {
    user = "user" + System.nanoTime();
  }

  private FolderSource source(String idle, String timeout) {
    return reading(user, "idle: " + idle + ", poll: 1s, timeout: " + timeout);
  }

  private static FolderSource reading(String user, String more) {
    return new MailHouse(
            """
            imap: {host: 127.0.0.1, port: %d, security: none, user: %s, password: secret, \
            first-connect: all, %s}\
            """
                .formatted(port, user, more),
            "40MB")
        .folder("INBOX");
  }

  private RunningSource run() {
    return new RunningSource(source("9m", "30s"), intake);
  }

  private void awaitTexts(String... texts) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(intake.texts()).containsExactly(texts));
  }

  @Test
  void newMailsArriveByIdleAndStayUnread() throws Exception {
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      try (var _ = run()) {
        awaitTexts("one");
        imap.append("two", "\\Seen");
        awaitTexts("one", "two");
        imap.append("three", "");
        imap.append("four", "\\Draft");
        imap.append("five", "");
        awaitTexts("one", "two", "three", "five");
      }
      imap.command("SELECT INBOX");
      assertThat(imap.command("SEARCH UNSEEN")).contains("* SEARCH 1 3 4 5");
    }
  }

  @Test
  void aShortIdleIsRenewedWithoutLosingMails() throws Exception {
    try (var imap = new Imap(user)) {
      imap.command("CREATE Other");
      var source = source("100ms", "200ms");
      try (var _ = new RunningSource(source, intake)) {
        for (int i = 0; i < 20; i++) {
          imap.append("mail " + i, "");
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> intake.received.size() == 20);
      }
    }
    assertThat(intake.texts()).doesNotHaveDuplicates();
  }

  @Test
  void aRestartGoesOnAndARecreatedFolderIsNotTakenTwice() throws Exception {
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      imap.append("two", "");
      try (var _ = run()) {
        awaitTexts("one", "two");
      }
      imap.append("three", "");
      try (var _ = run()) {
        awaitTexts("one", "two", "three");
      }
    }
    long before = uidValidity();
    // dovecot numbers a new mailbox by the second in which it is made
    await().until(() -> System.currentTimeMillis() / 1000 > before);
    deleteMailbox();
    try (var imap = new Imap(user)) {
      imap.append("three", "");
      imap.append("one", "");
      imap.append("four", "");
    }
    try (var _ = run()) {
      awaitTexts("one", "two", "three", "four");
      await().until(() -> uidValidity() != before);
    }
    assertThat(intake.outcomes(uidValidity()))
        .containsExactly("duplicate", "duplicate", "ingested");
  }

  private long uidValidity() {
    return Objects.requireNonNull(Cursor.parse(intake.cursor)).uidValidity();
  }

  /** As when a provider moves the mailbox to another machine. */
  private void deleteMailbox() throws IOException {
    try (var files = Files.walk(folder.resolve("mail").resolve(user))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void mailsOfManySizesAreTakenWholeAndInOrder() throws Exception {
    try (var imap = new Imap(user)) {
      for (int i = 0; i < 300; i++) {
        imap.append("mail " + i + " " + "x".repeat(i * 40 % 5000), "");
      }
      try (var _ = run()) {
        await().atMost(Duration.ofSeconds(60)).until(() -> intake.received.size() == 300);
      }
    }
    for (int i = 0; i < 300; i++) {
      assertThat(intake.texts().get(i))
          .isEqualTo(("mail " + i + " " + "x".repeat(i * 40 % 5000)).strip());
    }
  }

  @Test
  void mailsThatWereTakenAreMovedAway() throws Exception {
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      imap.append("thrown away", "\\Deleted");
      try (var _ =
          new RunningSource(reading(user, "after: move, move-to: 'Done, größer'"), intake)) {
        awaitTexts("one");
        imap.append("two", "");
        awaitTexts("one", "two");
        await().until(() -> imap.command("STATUS INBOX (MESSAGES)").contains("MESSAGES 1)"));
      }
      assertThat(imap.command("STATUS \"Done, gr&APYA3w-er\" (MESSAGES)")).contains("MESSAGES 2)");
      imap.command("SELECT INBOX");
      assertThat(imap.command("SEARCH DELETED")).as("not ours to expunge").contains("* SEARCH 1");
    }
  }

  @Test
  void mailsThatWereTakenAreMarkedWhereNobodySeesIt() throws Exception {
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      try (var _ = new RunningSource(reading(user, "after: flag"), intake)) {
        awaitTexts("one");
        imap.append("two", "");
        awaitTexts("one", "two");
        imap.command("SELECT INBOX");
        await().until(() -> imap.command("SEARCH KEYWORD $HiloRead UNSEEN").contains("SEARCH 1 2"));
      }
    }
  }

  @Test
  void anUnchangedFolderIsKnownByItsHighestModSeq() throws Exception {
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      for (int i = 0; i < 2; i++) {
        try (var _ = run()) {
          awaitTexts("one");
          await().until(() -> Objects.requireNonNull(Cursor.parse(intake.cursor)).modSeq() > 0);
        }
      }
      try (var _ = run()) {
        imap.append("two", "");
        awaitTexts("one", "two");
      }
      imap.append("three", "");
      try (var _ = run()) {
        awaitTexts("one", "two", "three");
      }
    }
  }

  @Test
  void mailsAreFetchedByPop3AndDeletedOnceTheyAreSafe() throws Exception {
    var house =
        new MailHouse(
            """
            pop3: {host: 127.0.0.1, port: %d, security: none, user: %s, password: secret, \
            first-connect: all, delete: true, poll: 100ms}\
            """
                .formatted(popPort, user),
            "40MB");
    try (var imap = new Imap(user)) {
      imap.append("one", "");
      imap.append("two", "");
      intake.broken = true;
      assertThat(new RunningSource(house.pop(), intake).join())
          .isInstanceOf(IllegalStateException.class);
      assertThat(imap.command("STATUS INBOX (MESSAGES)")).contains("MESSAGES 2)");
      intake.broken = false;
      try (var _ = new RunningSource(house.pop(), intake)) {
        awaitTexts("one", "two");
        imap.append("three", "");
        awaitTexts("one", "two", "three");
        await().until(() -> imap.command("STATUS INBOX (MESSAGES)").contains("MESSAGES 0)"));
      }
    }
  }

  @Test
  void mailboxesThatIdlePinNoCarrier() throws Exception {
    int mailboxes = Integer.getInteger("hilo.mailboxes", 40);
    var imaps = new ArrayList<Imap>();
    var intakes = new ArrayList<MemoryIntake>();
    var running = new ArrayList<RunningSource>();
    try (var events = new RecordingStream()) {
      for (int i = 0; i < mailboxes; i++) {
        imaps.add(new Imap(user + "n" + i));
        intakes.add(new MemoryIntake());
        running.add(new RunningSource(reading(user + "n" + i, "idle: 9m"), intakes.getLast()));
      }
      appendToAll(imaps, "first"); // loads the classes
      awaitEach(intakes, 1);
      var pinned = new LongAdder();
      events.enable("jdk.VirtualThreadPinned").withoutThreshold();
      events.onEvent("jdk.VirtualThreadPinned", _ -> pinned.increment());
      events.startAsync();
      appendToAll(imaps, "second");
      awaitEach(intakes, 2);
      events.stop();
      assertThat(pinned.sum()).isZero();
    } finally {
      running.forEach(RunningSource::close);
      for (Imap imap : imaps) {
        imap.close();
      }
    }
  }

  private static void awaitEach(List<MemoryIntake> intakes, int mails) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> intakes.stream().allMatch(i -> i.received.size() == mails));
  }

  private static void appendToAll(List<Imap> imaps, String text) throws IOException {
    for (Imap imap : imaps) {
      imap.append(text, "");
    }
  }

  /** A mail program's side of IMAP, for putting mails into the mailbox. */
  private static final class Imap implements AutoCloseable {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    private int tag;

    Imap(String user) throws IOException {
      socket.setSoTimeout(20_000);
      in.readLine();
      command("LOGIN " + user + " secret");
    }

    String command(String command) throws IOException {
      send(++tag + " " + command + "\r\n");
      return answer();
    }

    void append(String text, String flags) throws IOException {
      byte[] mail =
          ("From: Ana <ana@example.com>\r\nMessage-ID: <"
                  + Math.abs(text.hashCode())
                  + "@x>\r\nSubject: Hi\r\n\r\n"
                  + text)
              .getBytes(UTF_8);
      send(++tag + " APPEND INBOX (" + flags + ") {" + mail.length + "}\r\n");
      String go = in.readLine();
      assertThat(go).startsWith("+");
      socket.getOutputStream().write(mail);
      send("\r\n");
      answer();
    }

    private String answer() throws IOException {
      var all = new StringBuilder();
      String line = in.readLine();
      while (line != null && !line.startsWith(tag + " ")) {
        all.append(line).append('\n');
        line = in.readLine();
      }
      assertThat(line).startsWith(tag + " OK");
      return all.toString();
    }

    private void send(String line) throws IOException {
      socket.getOutputStream().write(line.getBytes(US_ASCII));
      socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
