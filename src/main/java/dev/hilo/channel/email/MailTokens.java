package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Field;
import dev.hilo.channel.Ports;
import dev.hilo.channel.Signature;
import dev.hilo.config.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access tokens of one mailbox (RFC 6749, 4.4 and 6), for XOAUTH2. A provider may give a new
 * refresh token with each and forget the one before: it is kept, sealed, for all nodes before
 * anything else is done with the answer, and one node asks at a time. For virtual threads.
 */
final class MailTokens {
  private static final Logger log = LoggerFactory.getLogger(MailTokens.class);
  private static final long USUAL_SECONDS = 3600;
  private static final Duration DENIED = Duration.ofHours(1);
  private static final Duration LOCK = Duration.ofSeconds(40);
  private static final int PIECE = 1800;
  private static final int IV = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String account;
  private final EmailSettings.OAuth settings;
  private final Ports ports;
  private final Clock clock;
  private final SecretKeySpec key;
  private final String facts;
  private final ReentrantLock fetching = new ReentrantLock();
  private @Nullable String value;
  private Instant until = Instant.MIN;
  private @Nullable Denied denied;
  private Instant deniedUntil = Instant.MIN;

  MailTokens(String account, EmailSettings.OAuth settings, Ports ports) {
    this(account, settings, ports, Clock.systemUTC());
  }

  MailTokens(String account, EmailSettings.OAuth settings, Ports ports, Clock clock) {
    this.account = account;
    this.settings = settings;
    this.ports = ports;
    this.clock = clock;
    byte[] secret =
        sha256(
            "hilo oauth\0" + text(settings.refreshToken()) + "\0" + text(settings.clientSecret()));
    this.key = new SecretKeySpec(secret, "AES");
    // another refresh token in the configuration begins anew
    this.facts =
        "oauth:" + account + ":" + HexFormat.of().formatHex(sha256(Signature.hex(secret)), 0, 8);
  }

  /** The provider gives us none: its owner has to agree again, or the configuration is wrong. */
  static final class Denied extends IOException {
    private static final long serialVersionUID = 1;

    Denied(String message) {
      super(message);
    }
  }

  /**
   * One that holds for a while: at least a fifth of its life.
   *
   * @throws Denied if there will be none; the provider is then asked once an hour only
   * @throws IOException if there is none now
   */
  String token() throws IOException, InterruptedException {
    fetching.lockInterruptibly();
    try {
      Instant now = clock.instant();
      String held = value;
      if (held != null && now.isBefore(until)) {
        return held;
      }
      if (denied != null && now.isBefore(deniedUntil)) {
        throw denied;
      }
      denied = null;
      try {
        return lend();
      } catch (Denied e) {
        denied = e;
        deniedUntil = clock.instant().plus(DENIED);
        throw e;
      }
    } finally {
      fetching.unlock();
    }
  }

  /** A mail server does not take it: the next is another. */
  void refused(String token) throws InterruptedException {
    fetching.lockInterruptibly();
    try {
      if (token.equals(value)) {
        value = null;
      }
    } finally {
      fetching.unlock();
    }
  }

  private String lend() throws IOException, InterruptedException {
    Secret first = settings.refreshToken();
    try {
      if (first == null) {
        return lent(ask(null));
      }
      String lock = locked();
      try {
        String refresh = Objects.requireNonNullElse(kept(), first.value());
        PlatformCall.Answer answer = ask(refresh);
        String rotated = answer.taken() ? answer.body().text("refresh_token") : null;
        if (rotated != null && !rotated.isEmpty() && !rotated.equals(refresh)) {
          keep(rotated);
        }
        return lent(answer);
      } finally {
        unlock(lock);
      }
    } catch (RuntimeException e) {
      throw new IOException("no access token: what is kept of it cannot be read now", e);
    }
  }

  private PlatformCall.Answer ask(@Nullable String refresh)
      throws IOException, InterruptedException {
    var form = new ArrayList<Field>();
    form.add(new Field("grant_type", refresh == null ? "client_credentials" : "refresh_token"));
    form.add(new Field("client_id", settings.clientId()));
    if (refresh != null) {
      form.add(new Field("refresh_token", refresh));
    }
    if (settings.clientSecret() != null) {
      form.add(new Field("client_secret", settings.clientSecret().value()));
    }
    if (settings.scope() != null) {
      form.add(new Field("scope", settings.scope()));
    }
    return PlatformCall.post(settings.tokenUrl()).form(form).ask(ports);
  }

  private String lent(PlatformCall.Answer answer) throws IOException {
    String token = answer.body().text("access_token");
    if (answer.taken() && token != null && !token.isEmpty()) {
      long seconds = Math.clamp(answer.body().number("expires_in", USUAL_SECONDS), 1, 86_400);
      until = clock.instant().plusMillis(seconds * 800);
      value = token;
      return token;
    }
    String error = answer.body().id("error");
    String why = "no access token: HTTP " + answer.status() + (error == null ? "" : ", " + error);
    if ("invalid_grant".equals(error)) {
      throw new Denied(why + ": the owner of " + MailAddress.veiled(account) + " must agree again");
    }
    boolean wrong = answer.status() == 400 || answer.status() == 401 || answer.status() == 403;
    throw wrong ? new Denied(why) : new IOException(why);
  }

  /** Waits until no other node asks; a node that died is waited for {@link #LOCK} at most. */
  private String locked() throws IOException, InterruptedException {
    Instant patience = Instant.now().plus(LOCK).plusSeconds(5);
    while (Instant.now().isBefore(patience)) {
      String mine = Instant.now().plus(LOCK).toEpochMilli() + " " + RANDOM.nextLong();
      String stands = ports.memory().claim(facts + ":lock", mine);
      if (stands.equals(mine)) {
        return mine;
      }
      if (Long.parseLong(stands.split(" ", 2)[0]) < Instant.now().toEpochMilli()) {
        ports.memory().forget(facts + ":lock");
      } else {
        Thread.sleep(100);
      }
    }
    throw new IOException("no access token: another node is asking for one");
  }

  private void unlock(String mine) {
    if (mine.equals(ports.memory().get(facts + ":lock"))) {
      ports.memory().forget(facts + ":lock");
    }
  }

  /** The pieces first, then the fact that names them: a crash in between changes nothing. */
  private void keep(String refresh) {
    String sealed = sealed(refresh);
    String before = ports.memory().get(facts);
    String version = Signature.hex(sha256(sealed)).substring(0, 12);
    int pieces = 0;
    for (int from = 0; from < sealed.length(); from += PIECE) {
      String piece = sealed.substring(from, Math.min(sealed.length(), from + PIECE));
      ports.memory().put(facts + ":" + version + ":" + pieces++, piece);
    }
    ports.memory().put(facts, version + " " + pieces);
    if (before != null) {
      String[] old = before.split(" ", 2);
      for (int i = 0; i < Integer.parseInt(old[1]); i++) {
        ports.memory().forget(facts + ":" + old[0] + ":" + i);
      }
    }
  }

  private @Nullable String kept() {
    try {
      return read();
    } catch (IllegalStateException | IllegalArgumentException e) {
      log.warn("the refresh token of {} cannot be read", MailAddress.veiled(account));
      return null;
    }
  }

  private @Nullable String read() {
    String named = ports.memory().get(facts);
    if (named == null) {
      return null;
    }
    String[] parts = named.split(" ", 2);
    var sealed = new StringBuilder();
    for (int i = 0; i < Integer.parseInt(parts[1]); i++) {
      sealed.append(ports.memory().get(facts + ":" + parts[0] + ":" + i));
    }
    return opened(sealed.toString());
  }

  private String sealed(String text) {
    byte[] iv = new byte[IV];
    RANDOM.nextBytes(iv);
    byte[] hidden = cipher(Cipher.ENCRYPT_MODE, iv, text.getBytes(UTF_8));
    return Signature.base64(iv) + "." + Signature.base64(hidden);
  }

  private String opened(String sealed) {
    String[] parts = sealed.split("\\.", 2);
    byte[] iv = Base64.getDecoder().decode(parts[0]);
    return new String(cipher(Cipher.DECRYPT_MODE, iv, Base64.getDecoder().decode(parts[1])), UTF_8);
  }

  private byte[] cipher(int mode, byte[] iv, byte[] bytes) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(128, iv));
      cipher.updateAAD(account.getBytes(UTF_8));
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what is kept of a refresh token is not ours", e);
    }
  }

  private static String text(@Nullable Secret secret) {
    return secret == null ? "" : secret.value();
  }

  private static byte[] sha256(String text) {
    return Signature.digest("SHA-256", text.getBytes(UTF_8));
  }
}
