package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What was handed out and is believed when it comes back: one-time codes and visitors' devices.
 * Stored as SHA-256 only.
 */
public final class Tokens {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Link link;

  public Tokens(Link link) {
    this.link = link;
  }

  /** 160 random bits, 27 characters of base64url. */
  public static String random() {
    byte[] bytes = new byte[20];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Six decimal digits. */
  public static String digits() {
    return String.format("%06d", RANDOM.nextInt(1_000_000));
  }

  public static String hash(String secret) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A code that opens {@code meaning} once. */
  public Future<Void> once(String code, String meaning, Duration life) {
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.once(hash(code)))
                .arg(meaning)
                .arg("PX")
                .arg(life.toMillis()))
        .mapEmpty();
  }

  /** What the code opens; the second caller gets null. */
  public Future<@Nullable String> redeem(String code) {
    return link.send(Request.cmd(Command.GETDEL).arg(Keys.once(hash(code))))
        .map(r -> r == null ? null : r.toString());
  }

  /** What the code opens, without opening it. */
  public Future<@Nullable String> peek(String code) {
    return link.send(Request.cmd(Command.GET).arg(Keys.once(hash(code))))
        .map(r -> r == null ? null : r.toString());
  }

  /** Whether nobody came with {@code what} before, in {@code life}. */
  public Future<Boolean> first(String what, Duration life) {
    String me = random();
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.once(hash("first:" + what)))
                .arg(me)
                .arg("NX")
                .arg("GET")
                .arg("PX")
                .arg(life.toMillis()))
        .map(before -> before == null || before.toString().equals(me));
  }

  /** Counts tries at {@code what}; the count dies with {@code window}. */
  public Future<Long> tries(String what, Duration window) {
    String key = Keys.once("tries:" + hash(what));
    return link.send(Request.cmd(Command.INCR).arg(key))
        .compose(
            r -> {
              long n = Reply.number(r);
              return n > 1
                  ? Future.succeededFuture(n)
                  : link.send(Request.cmd(Command.PEXPIRE).arg(key).arg(window.toMillis()))
                      .map(_ -> n);
            });
  }

  /** Registers a device of a customer by the hash of its token. */
  public Future<Void> addDevice(CustomerId customer, String device, String token) {
    return link.send(
            Request.cmd(Command.HSET).arg(Keys.devices(customer)).arg(device).arg(hash(token)))
        .mapEmpty();
  }

  /** Whether a device may still come in. */
  public enum Standing {
    /** Nothing is stored of this customer's devices: it never wrote. */
    NEW,
    KNOWN,
    REVOKED
  }

  public Future<Standing> standing(CustomerId customer, String device, String token) {
    return link.send(Request.cmd(Command.HGET).arg(Keys.devices(customer)).arg(device))
        .compose(
            r ->
                r != null
                    ? Future.succeededFuture(standing(r.toString(), true, token))
                    : link.send(Request.cmd(Command.EXISTS).arg(Keys.devices(customer)))
                        .map(x -> standing(null, Reply.number(x) > 0, token)));
  }

  /**
   * How a device stands by what is stored.
   *
   * @param stored hash of the device's token, or null
   * @param any whether any device of its customer is stored
   */
  public static Standing standing(@Nullable String stored, boolean any, String token) {
    if (stored == null) {
      return any ? Standing.REVOKED : Standing.NEW;
    }
    boolean same =
        MessageDigest.isEqual(
            stored.getBytes(StandardCharsets.UTF_8), hash(token).getBytes(StandardCharsets.UTF_8));
    return same ? Standing.KNOWN : Standing.REVOKED;
  }
}
