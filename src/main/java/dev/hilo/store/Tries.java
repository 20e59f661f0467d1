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

  public Future<Void> forget(String what) {
    return link.send(Request.cmd(Command.DEL).arg(Keys.tries(Tokens.hash(what)))).mapEmpty();
  }
}
