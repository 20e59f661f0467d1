package dev.hilo.people;

import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Tries;
import dev.hilo.store.Tries.Pace;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down whoever guesses: for each account and for each network address, on all nodes together.
 * A try is counted before it is made, so that many at once gain nothing. For one event loop.
 */
public final class LockOut {
  private static final Logger LOG = LoggerFactory.getLogger(LockOut.class);
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(15);
  private static final Pace ACCOUNT = new Pace(5, FIRST, LONGEST, Duration.ofDays(1));

  /** Many people of one office have one address. */
  private static final Pace ADDRESS = new Pace(20, FIRST, LONGEST, Duration.ofHours(1));

  /** Mails that one account may be sent, and one address may ask for. */
  private static final Pace MAILS =
      new Pace(3, Duration.ofMinutes(1), Duration.ofHours(6), Duration.ofDays(1));

  private final Tries tries;
  private final AddressKeys keys;
  private final InstantSource clock;
  private final MeterRegistry meters;

  public LockOut(Tries tries, AddressKeys keys, InstantSource clock, MeterRegistry meters) {
    this.tries = tries;
    this.keys = keys;
    this.clock = clock;
    this.meters = meters;
  }

  /** Before a password is looked at; fails with {@code locked}. */
  Future<Void> attempt(String workspace, String mail, String address) {
    return let(network(address), ADDRESS).compose(_ -> let(account(workspace, mail), ACCOUNT));
  }

  /** Before a signed-in person's password, or a second factor, is looked at. */
  Future<Void> attempt(String workspace, String user) {
    return let(person(workspace, user), ACCOUNT);
  }

  /** The password was right, whatever comes next, or was not looked at after all. */
  Future<Void> notAGuess(String workspace, String mail, String address) {
    return tries
        .takeBack(network(address), ADDRESS)
        .compose(_ -> tries.takeBack(account(workspace, mail), ACCOUNT));
  }

  /** Somebody came in, or has a new password. */
  Future<Void> forgive(String workspace, String mail) {
    return tries.forget(account(workspace, mail));
  }

  Future<Void> forgivePerson(String workspace, String user) {
    return tries.forget(person(workspace, user));
  }

  /** Whether a letter may be sent to this account now. */
  Future<Boolean> mayWrite(String workspace, String mail) {
    return tries
        .attempt("mails " + account(workspace, mail), MAILS, clock.millis())
        .map(Duration::isZero);
  }

  /** Before letters are asked for; fails with {@code locked}. */
  Future<Void> asks(String address) {
    return let("asks " + network(address), ADDRESS);
  }

  private Future<Void> let(String what, Pace pace) {
    return tries
        .attempt(what, pace, clock.millis())
        .compose(
            wait -> {
              if (wait.isZero()) {
                return Future.succeededFuture();
              }
              failed("locked");
              return Future.failedFuture(locked(wait));
            });
  }

  private static Problem locked(Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return new Problem(
        Code.LOCKED,
        "too many tries; wait " + seconds + " s",
        Json.object().put("retryAfter", seconds));
  }

  /** Somebody did not come in. {@code why}: password, code, link, oidc or locked. */
  void failed(String why) {
    meters.counter("hilo.signin.failures", "why", why).increment();
    LOG.warn("a sign-in failed: {}", why);
  }

  private String account(String workspace, String mail) {
    return keys.sign("account", workspace + "/" + mail.strip().toLowerCase(Locale.ROOT), 32);
  }

  private static String person(String workspace, String user) {
    return "person " + workspace + "/" + user;
  }

  /** Of IPv6 the first half: all of it is one customer's. */
  private String network(String address) {
    String network = address;
    try {
      byte[] bytes = InetAddress.ofLiteral(address).getAddress();
      if (bytes.length == 16) {
        network = HexFormat.of().formatHex(Arrays.copyOf(bytes, 8));
      }
    } catch (IllegalArgumentException e) {
      network = "unknown";
    }
    return keys.sign("network", network, 32);
  }
}
