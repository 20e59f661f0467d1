package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.email.EmailSettings.Security;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a mail server (RFC 5321), signed in. Every answer of the server is a value; what
 * is thrown means that there was none. Blocks; ends when its thread is interrupted. One mail at a
 * time.
 */
final class SmtpLink extends SMTPTransport implements AutoCloseable {
  /** {@code code} 0 = none came. */
  record Reply(int code, String text) {
    boolean yes() {
      return code >= 200 && code < 300;
    }

    boolean never() {
      return code >= 500 && code < 600;
    }
  }

  /** The server lets nobody in, or not us. */
  static final class NotOpen extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Reply reply;
    private final boolean credentials;

    NotOpen(String why, Reply reply, boolean credentials, @Nullable Exception cause) {
      super(why, cause);
      this.reply = reply;
      this.credentials = credentials;
    }

    Reply reply() {
      return reply;
    }

    /** True if the sign-in is what it did not take. */
    boolean credentials() {
      return credentials;
    }
  }

  /** Writes a whole mail. */
  interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private SmtpLink(EmailSettings.Smtp server, String own, boolean oauth) {
    super(
        Session.getInstance(properties(server, own, oauth)),
        new URLName("smtp", server.host(), server.port(), null, null, null),
        "smtp",
        server.security() == Security.TLS);
  }

  /**
   * @param own the name to greet with
   * @param secret a password, an access token if {@code oauth}, or null to send without a sign-in
   * @throws NotOpen if there is no connection now
   */
  static SmtpLink open(
      EmailSettings.Smtp server, String own, @Nullable String secret, boolean oauth)
      throws NotOpen {
    var link = new SmtpLink(server, own, oauth);
    try {
      link.connect(server.host(), server.port(), secret == null ? null : server.user(), secret);
    } catch (MessagingException e) {
      Reply reply = link.last();
      boolean credentials = e instanceof AuthenticationFailedException && reply.never();
      throw new NotOpen(why(e, reply), reply, credentials, e);
    }
    if (secret != null && !link.supportsExtension("AUTH")) {
      link.close();
      throw new NotOpen(
          "the mail server offers no safe way to sign in", new Reply(0, ""), false, null);
    }
    return link;
  }

  private static String why(MessagingException e, Reply reply) {
    if (String.valueOf(e.getMessage()).startsWith("STARTTLS is required")
        || String.valueOf(e.getMessage()).startsWith("No authentication mechanisms")) {
      return "the mail server offers no safe way to sign in";
    }
    return reply.code() > 0 ? reply.text() : "the mail server cannot be reached";
  }

  /** Throws where no answer came. */
  synchronized Reply say(String command) throws IOException {
    try {
      simpleCommand(command.getBytes(UTF_8));
      return last();
    } catch (MessagingException e) {
      throw new IOException("no answer of the mail server", e);
    }
  }

  /** What became of a mail whose receivers were told. */
  sealed interface Sent {
    /** {@code dot}: what the whole of it was answered, else {@code DATA}. */
    record Answered(Reply reply, boolean dot) implements Sent {}

    /** It broke off before its end: nobody has it. */
    record Broken(IOException why) implements Sent {}

    /** All of it was sent, and no answer came. */
    record Unanswered() implements Sent {}
  }

  synchronized Sent send(Writing mail) {
    OutputStream out;
    try {
      out = data();
    } catch (SMTPSendFailedException e) {
      return e.getReturnCode() > 0
          ? new Sent.Answered(last(), false)
          : new Sent.Broken(new IOException("no answer of the mail server", e));
    } catch (MessagingException e) {
      return new Sent.Broken(new IOException("no answer of the mail server", e));
    }
    try {
      mail.to(out);
    } catch (IOException e) {
      return new Sent.Broken(e);
    }
    try {
      finishData();
      return new Sent.Answered(last(), true);
    } catch (SMTPSendFailedException e) {
      return e.getReturnCode() > 0 ? new Sent.Answered(last(), true) : new Sent.Unanswered();
    } catch (IOException | MessagingException e) {
      return new Sent.Unanswered();
    }
  }

  /** Bytes that the server takes at most; 0 = it does not say. */
  long limit() {
    String size = supportsExtension("SIZE") ? getExtensionParameter("SIZE") : null;
    return size != null && size.matches("\\d{1,15}") ? Long.parseLong(size) : 0;
  }

  /** The library asks for a reset after a refusal; the connection may be gone by then. */
  @Override
  public synchronized void issueCommand(String command, int expected) throws MessagingException {
    if (!command.equals("RSET")) {
      super.issueCommand(command, expected);
    }
  }

  private Reply last() {
    int code = Math.max(0, getLastReturnCode());
    String text = getLastServerResponse();
    return new Reply(code, text == null ? "" : text);
  }

  /** Says goodbye, but does not wait for an answer. */
  @Override
  public synchronized void close() {
    try {
      super.close();
    } catch (MessagingException _) {
      // it is closed all the same
    }
  }

  private static Properties properties(EmailSettings.Smtp server, String own, boolean oauth) {
    var properties =
        new MailServer("smtp", server.host(), server.port(), server.security(), server.timeout())
            .properties("mail.smtp.");
    properties.put("mail.smtp.localhost", own);
    properties.put("mail.smtp.quitwait", "false");
    properties.put("mail.smtp.auth.mechanisms", oauth ? "XOAUTH2" : "PLAIN LOGIN");
    properties.put("mail.smtp.ssl.enable", String.valueOf(server.security() == Security.TLS));
    return properties;
  }
}
