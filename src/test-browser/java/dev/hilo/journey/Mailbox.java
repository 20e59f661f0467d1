package dev.hilo.journey;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;

/** A mailbox on a server of its own, as a gateway reads it. */
final class Mailbox implements AutoCloseable {
  private static final String ADDRESS = "help@alma.example";
  private static final String PROVEN =
      "Authentication-Results: mx.alma.example; dmarc=%s header.from=example.com\r\n";

  private final GreenMail server =
      new GreenMail(
          new ServerSetup[] {
            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP),
            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP)
          });
  private final GreenMailUser user;
  private int mails;

  Mailbox() {
    server.start();
    user = server.setUser(ADDRESS, "help", "secret");
  }

  /** The block of a configuration file that opens it. */
  String channel() {
    return """
      - type: email
        accounts:
          - id: %s
            name: Alma Café
            trusted-authserv-id: mx.alma.example
            imap: {host: 127.0.0.1, port: %d, security: none, user: help, password: secret, first-connect: all, poll: 300ms}
            smtp: {host: 127.0.0.1, port: %d, security: none}
    """
        .formatted(ADDRESS, server.getImap().getPort(), server.getSmtp().getPort());
  }

  /**
   * Somebody's mail.
   *
   * @param dmarc what the mailbox's server found: pass, fail or none
   * @param fields more fields, each with its CRLF; the last ones say what the body is
   */
  void receives(String from, String dmarc, String subject, String fields, String body)
      throws Exception {
    String mail =
        PROVEN.formatted(dmarc)
            + "From: "
            + from
            + "\r\nTo: "
            + ADDRESS
            + "\r\nMessage-ID: <"
            + mails++
            + "@example.com>\r\nSubject: "
            + subject
            + "\r\nMIME-Version: 1.0\r\n"
            + fields
            + "\r\n"
            + body.replace("\r\n", "\n").replace("\n", "\r\n");
    user.deliver(new MimeMessage(null, new ByteArrayInputStream(mail.getBytes(UTF_8))));
  }

  @Override
  public void close() {
    server.stop();
  }
}
