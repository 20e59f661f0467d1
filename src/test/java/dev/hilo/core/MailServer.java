package dev.hilo.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Flags;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.util.Date;

/** A mail server with one mailbox for each test. */
final class MailServer implements AutoCloseable {
  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));

  MailServer() {
    server.start();
  }

  void user(String name) {
    server.setUser(name + "@shop.example", name, "secret");
  }

  /** As in the configuration. */
  String reading(String user, String more) {
    return reading(server.getImap().getPort(), user, more);
  }

  int port() {
    return server.getImap().getPort();
  }

  static String reading(int port, String user, String more) {
    return "imap: {host: 127.0.0.1, port: %d, security: none, user: %s, password: secret, %s}"
        .formatted(port, user, more);
  }

  void deliver(String user, String sender, String text) throws Exception {
    byte[] raw =
        ("From: <" + sender + ">\r\nMessage-ID: <" + text + "@x>\r\n\r\n" + text).getBytes(UTF_8);
    GreenMailUser owner = server.getUserManager().getUser(user);
    server
        .getManagers()
        .getImapHostManager()
        .getInbox(owner)
        .appendMessage(
            new MimeMessage(null, new ByteArrayInputStream(raw)), new Flags(), new Date());
  }

  @Override
  public void close() {
    server.stop();
  }
}
