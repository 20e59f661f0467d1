package dev.hilo.people;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords and tells whether one is right: Argon2id with the parameters that OWASP's
 * Password Storage Cheat Sheet names (19 MiB, 2 passes, 1 lane). Works on a few threads of its own,
 * each of which needs those 19 MiB; when too many wait, futures fail with {@code overloaded}.
 * Thread-safe; futures complete where they were asked for.
 */
public final class Passwords implements AutoCloseable {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int LENGTH = 32;
  private static final int SALT = 16;
  private static final int WAITING = 100;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Argon2Function ARGON2 =
      Argon2Function.getInstance(
          MEMORY_KIB, PASSES, LANES, LENGTH, Argon2.ID, Argon2Function.ARGON2_VERSION_13);

  /** Of no password; whoever has none is checked against it and takes as long as all others. */
  private static final String NOBODY = "%s$%s$%s".formatted(form(), random(SALT), random(LENGTH));

  private final WorkerExecutor threads;
  private final Semaphore room;

  public Passwords(Vertx vertx) {
    this(vertx, WAITING);
  }

  /** {@code waiting}: how many may wait for a thread. */
  Passwords(Vertx vertx, int waiting) {
    int count = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    this.threads = vertx.createSharedWorkerExecutor("passwords", count);
    this.room = new Semaphore(count + waiting);
  }

  private static String form() {
    return "$argon2id$v=%d$m=%d,t=%d,p=%d"
        .formatted(Argon2Function.ARGON2_VERSION_13, MEMORY_KIB, PASSES, LANES);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static String random(int count) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes(count));
  }

  /** As it is hashed: what looks the same is the same, however it was typed. */
  static String normal(String password) {
    return Normalizer.normalize(password, Normalizer.Form.NFKC);
  }

  /** The hash with its parameters and salt, as text in the PHC form. */
  public Future<String> hash(String password) {
    return work(
        () ->
            ARGON2
                .hash(normal(password).getBytes(StandardCharsets.UTF_8), bytes(SALT))
                .getResult());
  }

  /** Whether the password is right; costs the same where there is none to be right about. */
  public Future<Boolean> check(@Nullable String hash, String password) {
    boolean possible = hash != null && password.length() <= NewPassword.MOST * 4;
    String against = possible ? hash : NOBODY;
    String given = possible ? password : "";
    return work(
        () -> {
          Argon2Function function = Argon2Function.getInstanceFromHash(against);
          return function.check(normal(given), against) && possible;
        });
  }

  /** Whether a hash was made with less cost than hashes are now. */
  public static boolean dated(String hash) {
    return !hash.startsWith(form() + "$");
  }

  private <T> Future<T> work(Callable<T> hashing) {
    if (!room.tryAcquire()) {
      return Future.failedFuture(
          new Problem(Code.OVERLOADED, "too many sign in at this moment; try again"));
    }
    return threads
        .executeBlocking(hashing, false)
        .onComplete(_ -> room.release())
        .map(result -> Objects.requireNonNull(result));
  }

  @Override
  public void close() {
    threads.close();
  }
}
