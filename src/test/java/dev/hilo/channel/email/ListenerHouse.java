package dev.hilo.channel.email;

import static org.awaitility.Awaitility.await;

import dev.hilo.channel.MapMemory;
import dev.hilo.config.ConfigNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** A listener for two mailboxes at a free port; what they take is in memory. */
final class ListenerHouse implements AutoCloseable {
  static final String HELP = "help@shop.example";
  static final String SALES = "sales@shop.example";

  final Map<String, MemoryBlobs> blobs = Map.of(HELP, new MemoryBlobs(), SALES, new MemoryBlobs());
  final MemoryIntake intake = new MemoryIntake();
  final SenderCheckTest.Zone zone = new SenderCheckTest.Zone();
  final Semaphore memory = new Semaphore(131_072);
  private final MailListener listener;
  private final RunningSource running;

  /**
   * @param more settings of the listener, on one line
   */
  ListenerHouse(Vertx vertx, boolean lmtp, String more) {
    EmailSettings settings =
        ConfigNode.parse(
                """
                accounts:
                  - id: %s
                    name: Help
                    smtp: {host: 127.0.0.1, port: 1, security: none}
                    trusted-authserv-id: mail.shop.example
                    answers: {reply-domain: reply.shop.example}
                  - id: %s
                    name: Sales
                    aliases: [deals@shop.example]
                    smtp: {host: 127.0.0.1, port: 1, security: none}
                message-id-key: secret
                limits: {mail: 1MB}
                smtp-listener: {port: 0, name: mx.shop.example%s}
                """
                    .formatted(HELP, SALES, more))
            .bind(EmailSettings.class);
    var facts = new MapMemory();
    var mailboxes = new ArrayList<Delivery.Mailbox>();
    for (EmailSettings.Account account : settings.accounts()) {
      var ids = new MessageIds(List.of("secret"), "shop.example");
      var threads = new MailThreads("main", List.of("secret"), facts);
      MemoryBlobs kept = blobs.get(account.id());
      var translator = new MailTranslator(account, Set.of(HELP, SALES), ids, threads, kept, facts);
      mailboxes.add(new Delivery.Mailbox(account, new Arrivals(account, translator, kept, facts)));
    }
    listener =
        new MailListener(
            lmtp,
            settings.smtpListener(),
            settings.limits(),
            mailboxes,
            new SenderCheck(zone),
            memory,
            vertx);
    running = new RunningSource(listener, intake);
    await().atMost(Duration.ofSeconds(20)).until(() -> listener.port() > 0);
  }

  int port() {
    return listener.port();
  }

  MailClient client() throws IOException {
    return new MailClient(port());
  }

  @Override
  public void close() {
    running.close();
  }

  /** Settings of a certificate for 127.0.0.1, whose files are in {@code folder}. */
  static String certificate(Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    var made =
        new ProcessBuilder(
                tool.toString(),
                "-genkeypair",
                "-alias",
                "mx",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=mx.shop.example",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret",
                "-keypass",
                "secret")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (made.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(folder.resolve("keytool.log")));
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "secret".toCharArray());
    }
    Key key = keys.getKey("mx", "secret".toCharArray());
    Path keyFile = pem(folder.resolve("key.pem"), "PRIVATE KEY", key.getEncoded());
    Path certificate =
        pem(folder.resolve("cert.pem"), "CERTIFICATE", keys.getCertificate("mx").getEncoded());
    return ", certificate: %s, certificate-key: %s".formatted(certificate, keyFile);
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
    return Files.writeString(
        file,
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
            .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)));
  }
}
