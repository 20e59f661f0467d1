package dev.hilo.channel.email;

import dev.hilo.channel.email.EmailSettings.Security;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Where a mail server is and how it is spoken to: never without time limits, and never with one
 * that is not who it says.
 *
 * @param protocol {@code imap, pop3} or {@code smtp}
 */
record MailServer(String protocol, String host, int port, Security security, Duration timeout) {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Shared by all connections: each would make a platform thread of its own. */
  private static final ScheduledThreadPoolExecutor WRITE_TIMEOUTS = writeTimeouts();

  /** What the library is told of all protocols alike, under {@code prefix}. */
  Properties properties(String prefix) {
    String limit = String.valueOf(timeout.toMillis());
    String starttls = String.valueOf(security == Security.STARTTLS);
    var properties = new Properties();
    properties.put(
        prefix + "connectiontimeout",
        String.valueOf(Math.min(timeout.toMillis(), CONNECT.toMillis())));
    properties.put(prefix + "timeout", limit);
    properties.put(prefix + "writetimeout", limit);
    properties.put(prefix + "executor.writetimeout", WRITE_TIMEOUTS);
    properties.put(prefix + "starttls.enable", starttls);
    properties.put(prefix + "starttls.required", starttls);
    properties.put(prefix + "ssl.checkserveridentity", "true");
    return properties;
  }

  /**
   * A mailbox, signed in.
   *
   * @param more settings of the protocol
   * @throws jakarta.mail.AuthenticationFailedException if user or password are refused
   */
  Store store(MailAccess access, String secret, Map<String, String> more)
      throws MessagingException {
    String provider = security == Security.TLS ? protocol + "s" : protocol;
    String prefix = "mail." + provider + ".";
    Properties properties = properties(prefix);
    more.forEach((name, value) -> properties.put(prefix + name, value));
    access.into(properties, prefix, host);
    Store store = Session.getInstance(properties).getStore(provider);
    try {
      store.connect(host, port, access.user(), secret);
      return store;
    } catch (MessagingException | RuntimeException e) {
      close(store);
      throw e;
    }
  }

  static void close(Store store) {
    try {
      store.close();
    } catch (MessagingException | RuntimeException e) {
      // it is closed, one way or the other
    }
  }

  private static ScheduledThreadPoolExecutor writeTimeouts() {
    var executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("mail-write-timeout").factory());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }
}
