package dev.hilo.channel.email;

import dev.hilo.config.ByteSize;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one {@code email} block.
 *
 * @param messageIdKey signs the Message-IDs and reply addresses of what we send, so that our own
 *     mails and the answers to them are recognised when they come; without it a key is derived from
 *     the mailbox's password, and answers to older mails are not recognised once that changes
 * @param oldMessageIdKey the key before, still believed
 * @param smtpListener where mails for these accounts are taken from other mail servers
 * @param lmtpListener the same from the mail server of the house, which filtered them
 */
public record EmailSettings(
    List<Account> accounts,
    @Nullable Secret messageIdKey,
    @Nullable Secret oldMessageIdKey,
    @Nullable Listen smtpListener,
    @Nullable Listen lmtpListener,
    Limits limits) {

  public EmailSettings {
    if (accounts.isEmpty()) {
      throw new IllegalArgumentException("at least one mailbox in accounts");
    }
    var seen =
        accounts.stream()
            .flatMap(a -> Stream.concat(Stream.of(a.id()), a.aliases().stream()))
            .map(MailAddress::normalised)
            .toList();
    if (seen.stream().distinct().count() < seen.size()) {
      throw new IllegalArgumentException("accounts with different ids and aliases");
    }
    boolean listens = smtpListener != null || lmtpListener != null;
    for (Account account : accounts) {
      if (account.imap() == null && account.pop3() == null && !listens) {
        throw new IllegalArgumentException(
            "imap or pop3 for " + account.id() + ", or a listener to take its mail");
      }
      if (messageIdKey == null && account.password() == null) {
        throw new IllegalArgumentException("message-id-key, as an account has no password");
      }
    }
  }

  /**
   * One mailbox.
   *
   * @param id its address, which replies come from
   * @param name the public name beside the address
   * @param aliases further addresses at which it gets mail
   * @param oauth where to get access tokens for the servers whose {@code password} is left out
   * @param trustedAuthservId the name by which the mailbox's own server signs its {@code
   *     Authentication-Results} (RFC 8601), for example {@code mx.google.com}; without it no sender
   *     of a mail that is polled counts as verified
   * @param trustedSealers domains of forwarders whose ARC seal (RFC 8617) is believed
   */
  public record Account(
      String id,
      String name,
      @Default("[]") List<String> aliases,
      @Nullable Imap imap,
      @Nullable Pop3 pop3,
      Smtp smtp,
      @Nullable OAuth oauth,
      @Nullable String trustedAuthservId,
      @Default("[]") List<String> trustedSealers,
      Answers answers,
      @Nullable Dkim dkim) {
    public Account {
      if (MailAddress.normalised(id) == null) {
        throw new IllegalArgumentException(
            "an id that is a mail address, such as help@shop.example");
      }
      for (String alias : aliases) {
        if (MailAddress.normalised(alias) == null) {
          throw new IllegalArgumentException("aliases that are mail addresses");
        }
      }
      if (name.isBlank() || name.length() > 100) {
        throw new IllegalArgumentException("a name of 1..100 characters");
      }
      boolean tokens =
          imap != null && imap.password() == null
              || pop3 != null && pop3.password() == null
              || smtp.user() != null && smtp.password() == null;
      if (tokens && oauth == null) {
        throw new IllegalArgumentException("a password for each server, or oauth");
      }
    }

    /** Any password of it, or null. */
    @Nullable Secret password() {
      if (imap != null && imap.password() != null) {
        return imap.password();
      }
      return pop3 != null && pop3.password() != null ? pop3.password() : smtp.password();
    }
  }

  /**
   * Where the mailbox is read.
   *
   * @param password null where {@code oauth} gives access tokens
   * @param folders the folders to read
   * @param junk folders whose mails are read too, muted
   * @param firstConnect what to do with mails that were there before the first connect
   * @param since with {@code SINCE}: the first day, such as {@code 2026-10-01}
   * @param after what to do with a mail that was read
   * @param moveTo with {@code MOVE}: the folder it goes to
   * @param idle how long one IDLE lasts at most; below the 10 minutes at which routers forget
   * @param poll how often to look where the server knows no IDLE
   * @param reconcile how often to compare the last days with the ledger
   */
  public record Imap(
      String host,
      int port,
      @Default("tls") Security security,
      String user,
      @Nullable Secret password,
      @Default("[INBOX]") List<String> folders,
      @Default("[]") List<String> junk,
      @Default("from-now") FirstConnect firstConnect,
      @Nullable String since,
      @Default("leave") After after,
      @Default("Processed") String moveTo,
      @Default("9m") Duration idle,
      @Default("45s") Duration poll,
      @Default("1h") Duration reconcile,
      @Default("60s") Duration timeout) {
    public Imap {
      checkServer(host, port);
      if (folders.isEmpty() || folders.size() + junk.size() > 20) {
        throw new IllegalArgumentException("1..20 folders");
      }
      if (Stream.concat(folders.stream(), junk.stream()).distinct().count()
          < folders.size() + junk.size()) {
        throw new IllegalArgumentException("each folder once");
      }
      if ((firstConnect == FirstConnect.SINCE) != (since != null)) {
        throw new IllegalArgumentException("since together with first-connect: since");
      }
      if (since != null) {
        day(since);
      }
      if (after == After.MOVE && (moveTo.isBlank() || folders.contains(moveTo))) {
        throw new IllegalArgumentException("move-to: a folder that is not read");
      }
      checkPositive("idle", idle);
      checkPositive("poll", poll);
      checkPositive("timeout", timeout);
      if (reconcile.isNegative() || reconcile.isZero()) {
        throw new IllegalArgumentException("reconcile above 0s");
      }
    }

    /** The first moment of {@code since}; the epoch without it. */
    Instant from() {
      return since == null ? Instant.EPOCH : day(since).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static LocalDate day(String text) {
      try {
        return LocalDate.parse(text);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("since: a day such as 2026-10-01", e);
      }
    }
  }

  /**
   * Where the mailbox is fetched by POP3 (RFC 1939), every {@code poll}.
   *
   * @param password null where {@code oauth} gives access tokens
   * @param delete take mails off the server once they are safe here
   */
  public record Pop3(
      String host,
      int port,
      @Default("tls") Security security,
      String user,
      @Nullable Secret password,
      @Default("from-now") FirstConnect firstConnect,
      @Default("false") boolean delete,
      @Default("60s") Duration poll,
      @Default("60s") Duration timeout) {
    public Pop3 {
      checkServer(host, port);
      if (firstConnect == FirstConnect.SINCE) {
        throw new IllegalArgumentException("first-connect from-now or all: POP3 knows no dates");
      }
      checkPositive("poll", poll);
      checkPositive("timeout", timeout);
    }
  }

  /**
   * Access tokens by OAuth 2.0 (RFC 6749), said to the servers with XOAUTH2.
   *
   * @param refreshToken as the provider gave it when the mailbox's owner agreed; without it the
   *     tokens are the application's own (client credentials)
   */
  public record OAuth(
      String tokenUrl,
      String clientId,
      @Nullable Secret clientSecret,
      @Nullable Secret refreshToken,
      @Nullable String scope) {
    public OAuth {
      if (!tokenUrl.startsWith("https://") && !tokenUrl.startsWith("http://127.0.0.1:")) {
        throw new IllegalArgumentException("token-url with https");
      }
      if (refreshToken == null && clientSecret == null) {
        throw new IllegalArgumentException("refresh-token, client-secret or both");
      }
    }
  }

  /**
   * How answers look.
   *
   * @param plusAddresses the mail server delivers {@code help+anything@} to {@code help@}: answers
   *     then come to an address of their own thread
   * @param replyDomain a domain of which every address is delivered here, for the same without plus
   *     addresses
   * @param bounceDomain the same for what comes back
   * @param quote repeat below an answer what it answers
   * @param signature below every mail; of a team: {@code signatures}
   * @param perMinute how many mails the mail server takes a minute, over all nodes
   */
  public record Answers(
      @Default("false") boolean plusAddresses,
      @Nullable String replyDomain,
      @Nullable String bounceDomain,
      @Default("true") boolean quote,
      @Nullable String signature,
      @Default("[]") List<Signature> signatures,
      @Nullable String unsubscribe,
      @Default("60") int perMinute) {
    public Answers {
      if (perMinute < 1 || perMinute > 100_000) {
        throw new IllegalArgumentException("per-minute of 1..100000");
      }
    }
  }

  /** {@code team}: its name or id. */
  public record Signature(String team, String text) {}

  /**
   * Signs what is sent (RFC 6376).
   *
   * @param privateKey RSA, as PEM (PKCS #8)
   */
  public record Dkim(String domain, String selector, Secret privateKey) {}

  /**
   * A port at which mail is taken, on every node.
   *
   * @param name by which it greets and signs its {@code Received}
   * @param certificate with {@code certificateKey}: PEM files for STARTTLS
   * @param trusted addresses or networks of relays that checked the mail already; they may break
   *     lines as they like
   * @param connections at a time
   */
  public record Listen(
      @Default("127.0.0.1") String host,
      int port,
      String name,
      @Nullable String certificate,
      @Nullable String certificateKey,
      @Default("[]") List<String> trusted,
      @Default("200") int connections,
      @Default("5m") Duration timeout) {
    public Listen {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("a port of 0..65535");
      }
      if (name.isBlank() || name.length() > 255) {
        throw new IllegalArgumentException("a name such as mail.shop.example");
      }
      if ((certificate == null) != (certificateKey == null)) {
        throw new IllegalArgumentException("certificate and certificate-key together, or neither");
      }
      if (connections < 1) {
        throw new IllegalArgumentException("connections above 0");
      }
      checkPositive("timeout", timeout);
    }
  }

  /**
   * Where answers go. Without {@code user} the server must take mail from us as we come; without
   * {@code password} {@code oauth} gives access tokens.
   */
  public record Smtp(
      String host,
      int port,
      @Default("starttls") Security security,
      @Nullable String user,
      @Nullable Secret password,
      @Default("60s") Duration timeout) {
    public Smtp {
      checkServer(host, port);
      if (user == null && password != null) {
        throw new IllegalArgumentException("a user for the password");
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
    SINCE,
    ALL
  }

  /** {@code FLAG} sets the keyword {@code $HiloRead}, which other programs do not show. */
  public enum After {
    LEAVE,
    FLAG,
    SEEN,
    MOVE
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
