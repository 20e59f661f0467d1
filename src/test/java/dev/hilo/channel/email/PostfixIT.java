package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mail from a real postfix, started for the test with a configuration of its own, and from swaks:
 * to {@code help@} by SMTP with STARTTLS, to {@code sales@} by LMTP.
 */
class PostfixIT {
  private static final Path POSTFIX = Path.of("/usr/sbin/postfix");
  private static final Path SWAKS = Path.of("/usr/bin/swaks");

  @TempDir static Path folder;
  private static Vertx vertx;
  private static ListenerHouse smtp;
  private static ListenerHouse lmtp;
  private static Process postfix;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    boolean root = System.getProperty("user.name").equals("root");
    for (Path program : List.of(POSTFIX, SWAKS)) {
      if (!Files.isExecutable(program) || !root) {
        String why =
            root
                ? "no " + program + " here (apt-get install postfix swaks)"
                : "postfix runs for root only";
        assertThat(System.getProperty("require.all"))
            .as("require.all is set, but %s", why)
            .isNull();
        assumeTrue(false, why + ": not tested with real mail servers");
      }
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    vertx = Vertx.vertx();
    smtp = new ListenerHouse(vertx, false, ListenerHouse.certificate(folder));
    lmtp = new ListenerHouse(vertx, true, "");
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path configuration = configuration();
    postfix =
        new ProcessBuilder(POSTFIX.toString(), "-c", configuration.toString(), "start-fg")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
    await()
        .atMost(Duration.ofSeconds(30))
        .failFast("postfix ended: " + folder.resolve("out.log"), () -> !postfix.isAlive())
        .ignoreExceptions()
        .until(
            () -> {
              new Socket(InetAddress.getLoopbackAddress(), port).close();
              return true;
            });
  }

  private static Path configuration() throws IOException {
    Path configuration = Files.createDirectory(folder.resolve("conf"));
    Files.createDirectory(folder.resolve("queue"));
    Path data = Files.createDirectory(folder.resolve("data"));
    var accounts = data.getFileSystem().getUserPrincipalLookupService();
    Files.setOwner(data, accounts.lookupPrincipalByName("postfix"));
    Files.writeString(
        configuration.resolve("main.cf"),
        """
        compatibility_level = 3.6
        config_directory = %1$s/conf
        queue_directory = %1$s/queue
        data_directory = %1$s/data
        maillog_file = %1$s/mail.log
        maillog_file_prefixes = %1$s
        myhostname = relay.example
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mydestination =
        local_recipient_maps =
        alias_maps =
        relay_domains = shop.example
        mynetworks = 127.0.0.0/8
        smtpd_relay_restrictions = permit_mynetworks, reject
        transport_maps = inline:{ help@shop.example=smtp:[127.0.0.1]:%2$d, sales@shop.example=lmtp:inet:127.0.0.1:%3$d, deals@shop.example=lmtp:inet:127.0.0.1:%3$d }
        smtp_tls_security_level = encrypt
        lmtp_tls_security_level = none
        smtp_dns_support_level = disabled
        smtp_host_lookup = native
        lmtp_host_lookup = native
        minimal_backoff_time = 1s
        maximal_backoff_time = 1s
        queue_run_delay = 1s
        transport_retry_time = 1s
        """
            .formatted(folder, smtp.port(), lmtp.port()));
    Files.writeString(
        configuration.resolve("master.cf"),
        """
        127.0.0.1:%d inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 1 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        lmtp unix - - n - - lmtp
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd
        """
            .formatted(port));
    return configuration;
  }

  @AfterAll
  static void stop() throws Exception {
    if (postfix != null) {
      // a script that waits for the server itself
      List<ProcessHandle> all =
          Stream.concat(postfix.descendants(), Stream.of(postfix.toHandle())).toList();
      all.forEach(ProcessHandle::destroy);
      for (ProcessHandle one : all) {
        one.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionallyCompose(_ -> forced(one)).join();
      }
    }
    if (vertx != null) {
      smtp.close();
      lmtp.close();
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  private static CompletableFuture<ProcessHandle> forced(ProcessHandle one) {
    one.destroyForcibly();
    return one.onExit();
  }

  @AfterEach
  void forget() {
    smtp.intake.received.clear();
    lmtp.intake.received.clear();
  }

  /** Runs swaks and returns what it says; its end says whether the mail was taken. */
  private static String swaks(int port, String to, String body, String... more) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                SWAKS.toString(),
                "--server",
                "127.0.0.1:" + port,
                "--from",
                "ana@example.com",
                "--to",
                to,
                "--helo",
                "client.example",
                "--header",
                "Subject: Hi",
                "--body",
                body));
    command.addAll(List.of(more));
    Path out = Files.createTempFile(folder, "swaks", ".log");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static void awaitTexts(ListenerHouse house, String... texts) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                assertThat(house.intake.texts()).as(() -> log()).containsExactlyInAnyOrder(texts));
  }

  private static String log() {
    try {
      return Files.readString(folder.resolve("mail.log"));
    } catch (IOException e) {
      return "postfix has no log";
    }
  }

  private static String newest(ListenerHouse house, String account) {
    var stored = house.blobs.get(account).stored;
    return new String(stored.get("blob" + stored.size()), UTF_8);
  }

  @Test
  void swaksDeliversByBothProtocols() throws Exception {
    assertThat(swaks(smtp.port(), "help@shop.example", "from swaks"))
        .contains("250 2.0.0 taken as ");
    swaks(smtp.port(), "help@shop.example", "pipelined", "--pipeline");
    swaks(lmtp.port(), "help@shop.example,sales@shop.example", "by lmtp", "--protocol", "LMTP");
    awaitTexts(smtp, "from swaks", "pipelined");
    awaitTexts(lmtp, "by lmtp");
  }

  @Test
  void postfixRelaysWithTls() throws Exception {
    String text = ".one\n..two\n\n.\n. three\ngrüße " + "x".repeat(900);
    swaks(port, "help@shop.example", text);
    awaitTexts(smtp, text);
    assertThat(newest(smtp, ListenerHouse.HELP))
        .contains("Received: from relay.example ([127.0.0.1])")
        .contains(" with ESMTPS id ");
  }

  @Test
  void postfixRelaysByLmtpToSeveral() throws Exception {
    swaks(port, "sales@shop.example,deals@shop.example", "to both");
    awaitTexts(lmtp, "to both");
    assertThat(newest(lmtp, ListenerHouse.SALES))
        .contains("Delivered-To: sales@shop.example\r\n")
        .contains("Delivered-To: deals@shop.example\r\n")
        .contains(" with LMTP id ");
  }

  @Test
  void postfixKeepsItWhileTheStoreIsGoneAndBringsItOnce() throws Exception {
    smtp.intake.broken = true;
    swaks(port, "help@shop.example", "patience");
    await().atMost(Duration.ofSeconds(30)).until(() -> log().contains("451 4.3.0"));
    assertThat(smtp.intake.texts()).isEmpty();
    smtp.intake.broken = false;
    awaitTexts(smtp, "patience");
    await().atMost(Duration.ofSeconds(30)).until(() -> log().contains("250 2.0.0 taken as"));
    swaks(port, "help@shop.example", "next");
    awaitTexts(smtp, "patience", "next");
  }

  @Test
  void manyMailsAtATime() throws Exception {
    var expected = new ArrayList<String>();
    for (int i = 0; i < 20; i++) {
      swaks(port, i % 2 == 0 ? "help@shop.example" : "sales@shop.example", "mail " + i);
      expected.add("mail " + i);
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              var all = new ArrayList<>(smtp.intake.texts());
              all.addAll(lmtp.intake.texts());
              assertThat(all).containsExactlyInAnyOrderElementsOf(expected);
            });
  }
}
