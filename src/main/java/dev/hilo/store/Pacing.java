package dev.hilo.store;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/**
 * Turns of an account to send, given out over all nodes together so that no platform is asked for
 * more than it takes.
 */
public final class Pacing {
  private final Link link;

  public Pacing(Link link) {
    this.link = link;
  }

  /**
   * Takes a turn.
   *
   * @param account whose, of any length
   * @param messages so many turns in {@code each}; they may come at once
   * @param patience a turn further away is not taken
   * @return how long to wait for the turn; more than {@code patience}: there was none, ask again
   *     then
   */
  public Future<Duration> turn(String account, int messages, Duration each, Duration patience) {
    return link.send(
            Link.call(
                "hilo5_turn",
                List.of(Keys.pace(account)),
                List.of(messages, each.toMillis(), patience.toMillis())))
        .map(r -> Duration.ofMillis(Reply.number(r)));
  }
}
