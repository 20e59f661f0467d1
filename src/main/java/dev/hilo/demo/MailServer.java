package dev.hilo.demo;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.smtp.auth.UsernameAuthentication;
import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.user.UserException;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Address;
import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mail server on free ports of 127.0.0.1: SMTP and IMAP with IDLE. Unknown receivers get a 550.
 * Like a careful MX it removes results that claim to be its own and writes on each mail whether
 * DMARC passed, which here means: whoever sent it had signed in as the author.
 */
final class MailServer extends GreenMail {
  static final String AUTHSERV_ID = "demo.mx";

  /** Called before a mail is in its mailbox; an exception makes the sender try again. */
  interface Arrival {
    void arrived(String mailbox, byte[] mail) throws IOException;
  }

  private final Session session = Session.getInstance(new Properties());
  private final Arrival arrival;

  MailServer(Map<String, String> passwords, Arrival arrival) {
    super(
        new ServerSetup[] {
          new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
          new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP)
        });
    this.arrival = arrival;
    start();
    passwords.forEach((address, password) -> setUser(address, address, password));
    getUserManager().setMessageDeliveryHandler(this::deliver);
  }

  int smtpPort() {
    return getSmtp().getPort();
  }

  int imapPort() {
    return getImap().getPort();
  }

  /** Puts a mail of an earlier run back. */
  void restore(String mailbox, byte[] mail) throws MessagingException {
    inbox(mailbox).appendMessage(message(mail), new Flags(), Date.from(Instant.now()));
  }

  long uidValidity(String mailbox) {
    return inbox(mailbox).getUidValidity();
  }

  private MailFolder inbox(String mailbox) {
    try {
      return getManagers().getImapHostManager().getInbox(getUserManager().getUserByEmail(mailbox));
    } catch (FolderException e) {
      throw new IllegalStateException("no mailbox " + mailbox, e);
    }
  }

  private GreenMailUser deliver(MovingMessage moving, MailAddress to)
      throws MessagingException, UserException {
    GreenMailUser user = getUserManager().getUserByEmail(address(to));
    if (user == null) {
      throw new UserException("no mailbox " + address(to));
    }
    try {
      var raw = new ByteArrayOutputStream();
      moving.getMessage().writeTo(raw);
      byte[] stamped = stamped(raw.toString(StandardCharsets.ISO_8859_1), verdict(moving));
      moving.setMimeMessage(message(stamped));
      arrival.arrived(user.getEmail(), stamped);
      return user;
    } catch (IOException e) {
      throw new MessagingException("not delivered", e);
    }
  }

  private MimeMessage message(byte[] mail) throws MessagingException {
    return new MimeMessage(session, new ByteArrayInputStream(mail));
  }

  private static String verdict(MovingMessage moving) throws MessagingException {
    Address[] from = moving.getMessage().getFrom();
    String author =
        from != null && from.length == 1 && from[0] instanceof InternetAddress only
            ? only.getAddress()
            : "";
    boolean signedIn =
        moving.getAuthenticationState() instanceof UsernameAuthentication known
            && author.equalsIgnoreCase(known.getUsername());
    String domain = author.substring(author.lastIndexOf('@') + 1).replaceAll("[^A-Za-z0-9.-]", "");
    return AUTHSERV_ID + "; dmarc=" + (signedIn ? "pass" : "fail") + " header.from=" + domain;
  }

  /**
   * Byte for byte the same mail, with our result as its first field and nobody else's under our
   * name.
   */
  static byte[] stamped(String mail, String verdict) {
    int end = mail.indexOf("\r\n\r\n");
    String head = end < 0 ? mail : mail.substring(0, end + 2);
    String forged =
        "(?im)^Authentication-Results:\\s*"
            + AUTHSERV_ID.replace(".", "\\.")
            + "\\b.*\\r\\n([ \\t].*\\r\\n)*";
    return ("Authentication-Results: "
            + verdict
            + "\r\n"
            + head.replaceAll(forged, "")
            + (end < 0 ? "" : mail.substring(end + 2)))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String address(MailAddress address) {
    return address.getEmail().toLowerCase(Locale.ROOT);
  }

  /** Called by the constructor of the superclass: knows no fields. */
  @Override
  protected Map<String, AbstractServer> createServices(ServerSetup[] setups, Managers ignored) {
    Managers known = new KnownReceivers();
    managers = known;
    return CompletableFuture.supplyAsync(
            () -> super.createServices(setups, known), work -> new Thread(new Calm(), work).start())
        .join();
  }

  /** The servers' threads: a client that just goes away, as clients do, is no news. */
  private static final class Calm extends ThreadGroup {
    private static final Logger LOG = LoggerFactory.getLogger(MailServer.class);

    Calm() {
      super("mail simulator");
    }

    @Override
    public void uncaughtException(Thread thread, Throwable fault) {
      LOG.debug("{} ended", thread.getName(), fault);
    }
  }

  private static final class KnownReceivers extends Managers {
    private final SmtpManager smtp =
        new SmtpManager(getImapHostManager(), getUserManager()) {
          @Override
          public @Nullable String checkRecipient(SmtpState state, MailAddress to) {
            return getUserManager().getUserByEmail(address(to)) == null
                ? "550 5.1.1 Recipient address rejected: no such mailbox here"
                : null;
          }
        };

    @Override
    public SmtpManager getSmtpManager() {
      return smtp;
    }
  }
}
