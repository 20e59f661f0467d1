package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;

/** Counts tries at what can be guessed, on all nodes together, and slows them down. */
public final class Tries {
  private final Link link;

  public Tries(Link link) {
    this.link = link;
  }

  /**
   * How fast somebody may try.
   *
   * @param free tries without a pause
   * @param first pause after them; each further one is twice as long
   * @param longest pause
   * @param memory after this time without a try all is forgotten
   */
  public record Pace(int free, Duration first, Duration longest, Duration memory) {}

  /**
   * Counts a try, or says how long to wait for the next.
   *
   * @param what is tried, of any length; only its hash is stored
   * @param now ms
   * @return zero if it was counted
   */
  public Future<Duration> attempt(String what, Pace pace, long now) {
    return link.send(
            Link.call(
                "hilo4_try",
                List.of(Keys.tries(Tokens.hash(what))),
                List.of(
                    now,
                    pace.free(),
                    pace.first().toMillis(),
                    pace.longest().toMillis(),
                    pace.memory().toMillis())))
        .map(r -> Duration.ofMillis(Reply.number(r)));
  }

  /** The newest try was none: it is not counted, and the next need not wait for it. */
  public Future<Void> takeBack(String what, Pace pace) {
    String key = Keys.tries(Tokens.hash(what));
    return link.send(Request.cmd(Command.HINCRBY).arg(key).arg("n").arg(-1))
        .compose(_ -> link.send(Request.cmd(Command.HDEL).arg(key).arg("until")))
        .compose(
            _ -> link.send(Request.cmd(Command.PEXPIRE).arg(key).arg(pace.memory().toMillis())))
        .mapEmpty();
  }

  public Future<Void> forget(String what) {
    return link.send(Request.cmd(Command.DEL).arg(Keys.tries(Tokens.hash(what)))).mapEmpty();
  }
}
