package dev.hilo.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailSimulatorTest {
  @TempDir Path folder;

  private final DemoSecrets secrets = DemoSecrets.generate();
  private MailSimulator mail;

  @BeforeEach
  void start() {
    mail = new MailSimulator(secrets, folder, new Feed());
  }

  @AfterEach
  void stop() {
    mail.close();
  }

  @Test
  void theShopFindsAVerifiedMailInItsMailbox() throws Exception {
    mail.send(MailSimulator.SHOP, "¿Dónde está?", "Hola\n\nAna", null);

    List<Arrived> inbox = inbox();

    assertThat(inbox).hasSize(1);
    assertThat(inbox.getFirst().subject()).isEqualTo("¿Dónde está?");
    assertThat(inbox.getFirst().firstHeader())
        .isEqualTo("Authentication-Results: demo.mx; dmarc=pass header.from=example.com");
  }

  @Test
  void whoeverIsNotSignedInAsTheAuthorDoesNotPass() throws Exception {
    submit(null, MailSimulator.CUSTOMER, MailSimulator.SHOP, message -> {});

    assertThat(inbox().getFirst().results())
        .containsExactly("demo.mx; dmarc=fail header.from=example.com");
  }

  @Test
  void aForgedResultUnderTheServersNameIsRemoved() throws Exception {
    submit(
        null,
        MailSimulator.CUSTOMER,
        MailSimulator.SHOP,
        message -> {
          message.addHeader("Authentication-Results", "demo.mx;\r\n dmarc=pass header.from=x.y");
          message.addHeader("Authentication-Results", "elsewhere.example; dmarc=pass");
        });

    assertThat(inbox().getFirst().results())
        .containsExactly(
            "demo.mx; dmarc=fail header.from=example.com", "elsewhere.example; dmarc=pass");
  }

  @Test
  void unknownReceiversAreRefused() {
    assertThatExceptionOfType(MailSimulator.Rejected.class)
        .isThrownBy(() -> mail.send("nobody@shop.example", "x", "x", null));
    assertThatExceptionOfType(MailSimulator.Rejected.class)
        .isThrownBy(() -> mail.send("no address", "x", "x", null));
    assertThatExceptionOfType(SendFailedException.class)
        .isThrownBy(
            () -> submit(secrets.shopMailPassword(), MailSimulator.SHOP, "x@y.z", message -> {}));
  }

  @Test
  void theThreadIsVisibleOnBothSides() throws Exception {
    Mail first = mail.send(MailSimulator.SHOP, "Order", "Where is it?", null);
    submit(
        secrets.shopMailPassword(),
        MailSimulator.SHOP,
        MailSimulator.CUSTOMER,
        message -> {
          message.setHeader("In-Reply-To", first.messageId());
          message.setHeader("References", first.messageId());
        });

    Mail answer = mails().getLast();
    assertThat(answer.mine()).isFalse();
    assertThat(answer.unread()).isTrue();
    assertThat(answer.inReplyTo()).isEqualTo(first.messageId());
    assertThat(answer.headers()).contains("In-Reply-To: " + first.messageId());

    Mail second =
        mail.send("Alma Café <" + MailSimulator.SHOP + ">", "Re: Order", "Thanks", answer.id());
    assertThat(second.to()).isEqualTo("Alma Café <" + MailSimulator.SHOP + ">");
    assertThat(second.inReplyTo()).isEqualTo(answer.messageId());
    assertThat(second.references()).containsExactly(first.messageId(), answer.messageId());
    mail.look(answer.id());
    assertThat(mails()).noneMatch(Mail::unread);
  }

  @Test
  void aRestartKeepsTheMailsUnderANewUidValidity() throws Exception {
    mail.send(MailSimulator.SHOP, "Order", "Where is it?", null);
    String before = inbox().getFirst().firstHeader();
    long validity = mail.uidValidity();
    mail.close();

    mail = new MailSimulator(secrets, folder, new Feed());

    assertThat(mail.uidValidity()).isGreaterThan(validity);
    assertThat(inbox()).hasSize(1);
    assertThat(inbox().getFirst().firstHeader()).isEqualTo(before);
    assertThat(mails()).extracting(Mail::subject).containsExactly("Order");
  }

  private record Arrived(String subject, String firstHeader, List<String> results) {}

  private interface Edit {
    void apply(MimeMessage message) throws MessagingException;
  }

  private List<Arrived> inbox() throws MessagingException {
    var session = Session.getInstance(new Properties());
    try (var store = session.getStore("imap")) {
      store.connect("127.0.0.1", mail.imapPort(), MailSimulator.SHOP, secrets.shopMailPassword());
      try (Folder inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        var arrived = new ArrayList<Arrived>();
        for (Message message : inbox.getMessages()) {
          var mime = (MimeMessage) message;
          arrived.add(
              new Arrived(
                  mime.getSubject(),
                  mime.getAllHeaderLines().nextElement(),
                  List.of(mime.getHeader("Authentication-Results"))));
        }
        return arrived;
      }
    }
  }

  /** Sends as anybody on the wire could; without a password it does not sign in. */
  private void submit(String password, String from, String to, Edit edit)
      throws MessagingException {
    var settings = new Properties();
    settings.put("mail.smtp.host", "127.0.0.1");
    settings.put("mail.smtp.port", String.valueOf(mail.smtpPort()));
    settings.put("mail.smtp.auth", String.valueOf(password != null));
    var session = Session.getInstance(settings);
    var message = new MimeMessage(session);
    message.setFrom(new InternetAddress(from));
    message.setRecipients(Message.RecipientType.TO, InternetAddress.parse(to));
    message.setSubject("Test");
    message.setText("Test");
    edit.apply(message);
    message.saveChanges();
    try (var transport = session.getTransport("smtp")) {
      transport.connect(from, password);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  @SuppressWarnings("unchecked")
  private List<Mail> mails() {
    return (List<Mail>) mail.picture().get("mails");
  }
}
