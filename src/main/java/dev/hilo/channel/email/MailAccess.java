package dev.hilo.channel.email;

import dev.hilo.config.Secret;
import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How a mail server lets us in: by a password, or by an access token of the moment.
 *
 * @param password null where {@code tokens} gives access tokens
 */
record MailAccess(String user, @Nullable Secret password, @Nullable MailTokens tokens) {
  /** What to say now. */
  String secret() throws IOException, InterruptedException {
    return password != null ? password.value() : Objects.requireNonNull(tokens).token();
  }

  /** The server did not take it. */
  void refused(String secret) throws InterruptedException {
    if (password == null) {
      Objects.requireNonNull(tokens).refused(secret);
    }
  }

  /** Settings of the library for signing in by {@code prefix}, such as {@code mail.imap.}. */
  void into(Properties properties, String prefix, String host) {
    if (password == null) {
      properties.put(prefix + "auth.mechanisms", "XOAUTH2");
      // Microsoft's POP3 servers take the token only on a line of its own
      properties.put(
          prefix + "auth.xoauth2.two.line.authentication.format",
          String.valueOf(host.endsWith("office365.com") || host.endsWith("outlook.com")));
    }
  }
}
