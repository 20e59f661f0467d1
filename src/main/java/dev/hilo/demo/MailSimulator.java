package dev.hilo.demo;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Mail between the customer and the shop: a mail server with two mailboxes, and the customer's mail
 * program. The server forgets at a restart, but every mail is also kept in a file and put back
 * under a new UIDVALIDITY. Any thread; calls block.
 */
final class MailSimulator implements AutoCloseable {
  static final String SHOP = "support@shop.example";
  static final String CUSTOMER = "ana@example.com";

  private static final int KEPT = 200;

  /** A mail the server did not take. */
  static final class Rejected extends Exception {
    private static final long serialVersionUID = 1;

    Rejected(String why) {
      super(why);
    }
  }

  private final DemoSecrets secrets;
  private final Path folder;
  private final Feed feed;
  private final MailServer server;
  private final List<Mail> mails = new ArrayList<>();
  private long next = 1;

  MailSimulator(DemoSecrets secrets, Path folder, Feed feed) {
    this.secrets = secrets;
    this.folder = folder;
    this.feed = feed;
    try {
      Files.createDirectories(folder);
      Path last = folder.resolve("uidvalidity");
      awaitSecondAfter(Files.exists(last) ? Long.parseLong(Files.readString(last)) : 0);
      server =
          new MailServer(
              Map.of(SHOP, secrets.shopMailPassword(), CUSTOMER, secrets.customerMailPassword()),
              this::arrived);
      Files.writeString(last, String.valueOf(server.uidValidity(SHOP)));
      restore();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be used for mails", e);
    }
  }

  Map<String, Object> channel() {
    String host = "127.0.0.1";
    return Map.of(
        "type",
        "email",
        "accounts",
        List.of(
            Map.of(
                "id",
                SHOP,
                "name",
                "Alma Café",
                "trusted-authserv-id",
                MailServer.AUTHSERV_ID,
                "imap",
                Map.of(
                    "host",
                    host,
                    "port",
                    server.imapPort(),
                    "security",
                    "none",
                    "user",
                    SHOP,
                    "password",
                    secrets.shopMailPassword(),
                    "first-connect",
                    "all"),
                "smtp",
                Map.of(
                    "host",
                    host,
                    "port",
                    server.smtpPort(),
                    "security",
                    "none",
                    "user",
                    SHOP,
                    "password",
                    secrets.shopMailPassword()))));
  }

  int smtpPort() {
    return server.smtpPort();
  }

  int imapPort() {
    return server.imapPort();
  }

  long uidValidity() {
    return server.uidValidity(SHOP);
  }

  /** What the mail program shows. */
  synchronized Map<String, Object> picture() {
    return Map.of("mails", List.copyOf(mails), "me", CUSTOMER, "shop", SHOP);
  }

  /** Sends a mail of the customer; {@code replyTo} is the id of a mail she answers. */
  Mail send(String to, String subject, String body, @Nullable String replyTo) throws Rejected {
    try {
      Session session = submission();
      MimeMessage message = compose(session, to, subject, body, replyTo);
      try (var transport = session.getTransport("smtp")) {
        transport.connect(CUSTOMER, secrets.customerMailPassword());
        transport.sendMessage(message, message.getAllRecipients());
      }
      var raw = new ByteArrayOutputStream();
      message.writeTo(raw);
      return file("sent", raw.toByteArray());
    } catch (AddressException e) {
      throw new Rejected(to + " is not an address");
    } catch (SendFailedException e) {
      throw new Rejected("the mail server refused " + to);
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException("the mail server did not answer", e);
    }
  }

  synchronized void look(String id) {
    for (int i = 0; i < mails.size(); i++) {
      Mail mail = mails.get(i);
      if (mail.id().equals(id) && mail.unread()) {
        mails.set(i, mail.read());
        feed.publish("mail", "mail", mails.get(i));
      }
    }
  }

  private synchronized @Nullable Mail find(@Nullable String id) {
    return mails.stream().filter(m -> m.id().equals(id)).findFirst().orElse(null);
  }

  private Session submission() {
    var settings = new Properties();
    settings.put("mail.smtp.host", "127.0.0.1");
    settings.put("mail.smtp.port", String.valueOf(server.smtpPort()));
    settings.put("mail.smtp.auth", "true");
    settings.put("mail.smtp.connectiontimeout", "5000");
    settings.put("mail.smtp.timeout", "10000");
    return Session.getInstance(settings);
  }

  private MimeMessage compose(
      Session session, String to, String subject, String body, @Nullable String replyTo)
      throws MessagingException, IOException {
    String id = "<" + UUID.randomUUID() + "@mail.example.com>";
    var message =
        new MimeMessage(session) {
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
          }
        };
    message.setFrom(new InternetAddress(CUSTOMER, Demo.CUSTOMER_NAME, "UTF-8"));
    InternetAddress[] receivers = InternetAddress.parse(to, true);
    for (InternetAddress receiver : receivers) {
      receiver.setPersonal(receiver.getPersonal(), "UTF-8");
    }
    message.setRecipients(MimeMessage.RecipientType.TO, receivers);
    message.setSubject(subject.replaceAll("[\\r\\n]+", " "), "UTF-8");
    message.setSentDate(Date.from(Instant.now()));
    message.setHeader("User-Agent", "Demo mail program");
    Mail answered = find(replyTo);
    if (answered != null && answered.messageId() != null) {
      var chain = new ArrayList<>(answered.references());
      chain.add(answered.messageId());
      message.setHeader("In-Reply-To", answered.messageId());
      message.setHeader("References", MimeUtility.fold(12, String.join(" ", chain)));
    }
    message.setText(body, "UTF-8");
    message.saveChanges();
    return message;
  }

  private void arrived(String mailbox, byte[] raw) throws IOException {
    try {
      file(mailbox.equals(SHOP) ? "shop" : "customer", raw);
    } catch (MessagingException e) {
      throw new IOException("a mail that cannot be parsed", e);
    }
  }

  /** Keeps a mail; the folders are {@code shop}, {@code customer} and {@code sent}. */
  private synchronized Mail file(String box, byte[] raw) throws IOException, MessagingException {
    String id = "%08d.%s.eml".formatted(next++, box);
    Files.write(folder.resolve(id), raw);
    Mail mail = Mail.of(id, box.equals("sent"), raw, box.equals("customer"));
    if (!box.equals("shop")) {
      mails.add(mail);
      feed.publish("mail", "mail", mail);
      if (mails.size() > KEPT) {
        mails.removeFirst();
      }
    }
    return mail;
  }

  private void restore() throws IOException {
    List<Path> files;
    try (var all = Files.list(folder)) {
      files = all.filter(f -> f.toString().endsWith(".eml")).sorted().toList();
    }
    for (Path old : files.subList(0, Math.max(0, files.size() - KEPT))) {
      Files.delete(old);
    }
    for (Path kept : files.subList(Math.max(0, files.size() - KEPT), files.size())) {
      String id = String.valueOf(kept.getFileName());
      next = Math.max(next, Long.parseLong(id.substring(0, 8)) + 1);
      byte[] raw = Files.readAllBytes(kept);
      try {
        if (!id.contains(".sent.")) {
          server.restore(id.contains(".shop.") ? SHOP : CUSTOMER, raw);
        }
        if (!id.contains(".shop.")) {
          mails.add(Mail.of(id, id.contains(".sent."), raw, false));
        }
      } catch (MessagingException e) {
        throw new IOException(kept + " is not a mail", e);
      }
    }
  }

  /**
   * The mail server takes the second of its start as UIDVALIDITY; two starts must not share one.
   */
  private static void awaitSecondAfter(long second) {
    try {
      while (System.currentTimeMillis() / 1000 <= second) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop();
  }
}
