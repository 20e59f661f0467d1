package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.jspecify.annotations.Nullable;

/** Which customer an address was first given to. Never changed by a merge. */
public final class Directory {
  private final Link link;

  public Directory(Link link) {
    this.link = link;
  }

  /** {@code fresh}: this call made it. */
  public record Home(CustomerId customer, boolean fresh) {}

  /**
   * The home of an address; {@code candidate} becomes it if there is none. However many nodes ask
   * in the same instant, all get the same answer.
   */
  public Future<Home> home(String workspace, String via, CustomerId candidate) {
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.address(workspace, via))
                .arg(candidate.toString())
                .arg("NX")
                .arg("GET"))
        .map(
            r ->
                r == null || r.toString().equals(candidate.toString())
                    ? new Home(candidate, true)
                    : new Home(CustomerId.of(r.toString()), false));
  }

  /** The home of an address, or null if nobody has it. */
  public Future<@Nullable CustomerId> find(String workspace, String via) {
    return link.send(Request.cmd(Command.GET).arg(Keys.address(workspace, via)))
        .map(r -> r == null ? null : CustomerId.of(r.toString()));
  }
}
