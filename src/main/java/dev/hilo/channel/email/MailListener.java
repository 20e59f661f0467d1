package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import dev.hilo.config.Network;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mail at a port, by SMTP from anybody or by LMTP from the mail server of the house. A mail
 * is acknowledged when it is safe and not before; it is never passed on.
 */
final class MailListener implements Source {
  private static final Logger log = LoggerFactory.getLogger(MailListener.class);
  private static final Duration PARTING = Duration.ofSeconds(4);
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final boolean lmtp;
  private final EmailSettings.Listen listen;
  private final Vertx vertx;
  private final String first;
  private final Delivery delivery;
  private final SmtpRules strict;
  private final SmtpRules lenient;
  private final List<Network> trusted;
  private final Guests guests;
  private final @Nullable ServerSSLOptions tls;
  private volatile int port;

  /**
   * @param memory kilobytes of mails that may be held at a time
   * @throws IllegalArgumentException if the certificate or the list of trusted networks is unusable
   */
  MailListener(
      boolean lmtp,
      EmailSettings.Listen listen,
      EmailSettings.Limits limits,
      List<Delivery.Mailbox> mailboxes,
      SenderCheck senders,
      Semaphore memory,
      Vertx vertx) {
    this.lmtp = lmtp;
    this.listen = listen;
    this.vertx = vertx;
    this.first = mailboxes.getFirst().account().id();
    this.delivery = new Delivery(listen.name(), lmtp, mailboxes, senders);
    this.trusted = listen.trusted().stream().map(MailListener::network).toList();
    this.guests = new Guests(listen.connections());
    this.tls = tls(listen);
    var door = new MailDoor(mailboxes.stream().map(Delivery.Mailbox::account).toList());
    var space =
        new SmtpData.Space() {
          @Override
          public boolean take(int kilobytes) {
            return memory.tryAcquire(kilobytes);
          }

          @Override
          public void give(int kilobytes) {
            memory.release(kilobytes);
          }
        };
    this.strict = rules(limits, false, door, space);
    this.lenient = rules(limits, true, door, space);
  }

  private SmtpRules rules(
      EmailSettings.Limits limits, boolean lenient, MailDoor door, SmtpData.Space space) {
    return new SmtpRules(
        lmtp, listen.name(), limits.mail().bytes(), tls != null, lenient, door, space);
  }

  private static @Nullable ServerSSLOptions tls(EmailSettings.Listen listen) {
    if (listen.certificate() == null || listen.certificateKey() == null) {
      return null;
    }
    for (String file : List.of(listen.certificate(), listen.certificateKey())) {
      if (!Files.isReadable(Path.of(file))) {
        throw new IllegalArgumentException("a file that can be read, not " + file);
      }
    }
    return new ServerSSLOptions()
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertPath(listen.certificate())
                .setKeyPath(listen.certificateKey()));
  }

  private static Network network(String text) {
    try {
      return Network.of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "trusted: addresses or networks such as 10.1.0.0/16, not " + text, e);
    }
  }

  @Override
  public String name() {
    return "email/listen/" + kind() + "/" + first;
  }

  @Override
  public boolean everywhere() {
    return true;
  }

  @Override
  public Place place() {
    return new Place(first, kind(), listen.host() + ":" + listen.port());
  }

  private String kind() {
    return lmtp ? "lmtp" : "smtp";
  }

  /** Where it listens; 0 while it does not. */
  int port() {
    return port;
  }

  @Override
  public void run(Intake intake) throws InterruptedException {
    NetServer server = opened(intake);
    try {
      port = server.actualPort();
      intake.connected();
      log.info("mail is taken by {} at {}:{}", kind(), listen.host(), port);
      Thread.sleep(Duration.ofDays(Integer.MAX_VALUE));
    } finally {
      port = 0;
      close(server);
    }
  }

  private NetServer opened(Intake intake) throws InterruptedException {
    while (true) {
      NetServer server =
          vertx
              .createNetServer(new NetServerOptions().setTcpNoDelay(true))
              .connectHandler(socket -> welcome(socket, intake));
      try {
        return server.listen(listen.port(), listen.host()).await();
      } catch (Exception e) { // a failed future throws its cause, whatever that is
        if (e instanceof InterruptedException || Thread.interrupted()) {
          throw new InterruptedException();
        }
        log.error("{}:{} cannot be opened: {}", listen.host(), listen.port(), e.toString());
        intake.trouble("port " + listen.port() + " of " + listen.host() + " cannot be opened");
        Thread.sleep(RETRY);
      }
    }
  }

  private void welcome(NetSocket socket, Intake intake) {
    InetAddress client = InetAddress.ofLiteral(literal(socket));
    boolean known = trusted.stream().anyMatch(network -> network.has(client));
    if (lmtp && !known && !client.isLoopbackAddress()) {
      socket.end();
      return;
    }
    if (!guests.enter(client, known)) {
      socket.write("421 4.7.0 " + listen.name() + " has too many connections\r\n");
      socket.end();
      return;
    }
    boolean house = known || lmtp;
    var connection =
        new SmtpConnection(
            vertx,
            socket,
            house ? lenient : strict,
            tls,
            listen.timeout(),
            mail -> delivery.take(intake, mail, client, house),
            () -> house || guests.mayMail(client, System.nanoTime()));
    socket.closeHandler(
        _ -> {
          guests.leave(client);
          connection.gone();
        });
    connection.begin();
  }

  private static String literal(NetSocket socket) {
    String address = socket.remoteAddress().hostAddress();
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }

  /** Lets mails that are on their way come to an end, but not for ever. */
  private void close(NetServer server) {
    boolean interrupted = Thread.interrupted();
    try {
      server
          .shutdown(PARTING.toSeconds(), TimeUnit.SECONDS)
          .await(PARTING.toSeconds() + 1, TimeUnit.SECONDS);
    } catch (Exception e) {
      log.warn("the port of {} did not close in time: {}", kind(), e.toString());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
