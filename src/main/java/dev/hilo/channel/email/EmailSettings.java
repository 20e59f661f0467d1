package dev.hilo.channel.email;

import dev.hilo.config.ByteSize;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one {@code email} block.
 *
 * @param messageIdKey signs the Message-IDs of what we send, so that our own mails are recognised
 *     when they come back; without it a key is derived from the mailbox's password
 */
public record EmailSettings(List<Account> accounts, @Nullable Secret messageIdKey, Limits limits) {

  public EmailSettings {
    if (accounts.isEmpty()) {
      throw new IllegalArgumentException("at least one mailbox in accounts");
    }
    var seen = accounts.stream().map(a -> MailAddress.normalised(a.id())).toList();
    if (seen.stream().distinct().count() < seen.size()) {
      throw new IllegalArgumentException("accounts with different ids");
    }
  }

  /**
   * One mailbox.
   *
   * @param id its address, which replies come from
   * @param name the public name beside the address
   * @param trustedAuthservId the name by which the mailbox's own server signs its {@code
   *     Authentication-Results} (RFC 8601), for example {@code mx.google.com}; without it no sender
   *     counts as verified
   */
  public record Account(
      String id, String name, Imap imap, Smtp smtp, @Nullable String trustedAuthservId) {
    public Account {
      if (MailAddress.normalised(id) == null) {
        throw new IllegalArgumentException(
            "an id that is a mail address, such as help@shop.example");
      }
      if (name.isBlank() || name.length() > 100) {
        throw new IllegalArgumentException("a name of 1..100 characters");
      }
    }
  }

  /**
   * Where the mailbox is read.
   *
   * @param folders the folders to read
   * @param firstConnect what to do with mails that were there before the first connect
   * @param idle how long one IDLE lasts at most; below the 10 minutes at which routers forget
   * @param poll how often to look where the server knows no IDLE
   */
  public record Imap(
      String host,
      int port,
      @Default("tls") Security security,
      String user,
      Secret password,
      @Default("[INBOX]") List<String> folders,
      @Default("from-now") FirstConnect firstConnect,
      @Default("9m") Duration idle,
      @Default("45s") Duration poll,
      @Default("60s") Duration timeout) {
    public Imap {
      checkServer(host, port);
      if (folders.isEmpty() || folders.size() > 20) {
        throw new IllegalArgumentException("1..20 folders");
      }
      if (folders.stream().distinct().count() < folders.size()) {
        throw new IllegalArgumentException("each folder once");
      }
      checkPositive("idle", idle);
      checkPositive("poll", poll);
      checkPositive("timeout", timeout);
    }
  }

  /** Without {@code user} the server must take mail from us as we come. */
  public record Smtp(
      String host,
      int port,
      @Default("starttls") Security security,
      @Nullable String user,
      @Nullable Secret password,
      @Default("60s") Duration timeout) {
    public Smtp {
      checkServer(host, port);
      if ((user == null) != (password == null)) {
        throw new IllegalArgumentException("user and password together, or neither");
      }
      checkPositive("timeout", timeout);
    }
  }

  /**
   * What is too large.
   *
   * @param mail the largest mail that is read; of larger ones only the header is
   * @param outgoing the largest sum of attachments of a mail that is sent
   */
  public record Limits(@Default("40MB") ByteSize mail, @Default("20MB") ByteSize outgoing) {
    public Limits {
      if (mail.bytes() < 1024 || mail.bytes() > 50L << 20) {
        throw new IllegalArgumentException("mail between 1KB and 50MB");
      }
      if (outgoing.bytes() > 50L << 20) {
        throw new IllegalArgumentException("outgoing of at most 50MB");
      }
    }
  }

  /** {@code NONE} is for a server on the same machine only. */
  public enum Security {
    NONE,
    STARTTLS,
    TLS
  }

  /** {@code FROM_NOW} takes only what arrives later; {@code ALL} takes the whole folder. */
  public enum FirstConnect {
    FROM_NOW,
    ALL
  }

  private static void checkServer(String host, int port) {
    if (host.isBlank()) {
      throw new IllegalArgumentException("a host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port of 1..65535");
    }
  }

  private static void checkPositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(name + " above 0s and at most 1h");
    }
  }
}
