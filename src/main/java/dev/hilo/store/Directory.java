package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which customer an address was first given to. Never changed by a merge. */
public final class Directory {
  private static final int LATELY = 1000;

  private final Link link;

  /** Homes given lately, by address. */
  private final Map<Address, CustomerId> lately =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Address, CustomerId> eldest) {
          return size() > LATELY;
        }
      };

  private record Address(String workspace, String via) {}

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
            r -> {
              if (r != null && !r.toString().equals(candidate.toString())) {
                return new Home(CustomerId.of(r.toString()), false);
              }
              if (r == null) {
                given(new Address(workspace, via), candidate);
              }
              return new Home(candidate, true);
            });
  }

  private void given(Address address, CustomerId home) {
    synchronized (lately) {
      lately.put(address, home);
    }
  }

  /** An address that got another home after the store had forgotten the first. */
  public record Split(CustomerId was, CustomerId is) {}

  /** Writes the homes given lately again, where the store lost them. */
  public Future<List<Split>> confirm() {
    Map<Address, CustomerId> all;
    synchronized (lately) {
      all = new LinkedHashMap<>(lately);
    }
    List<Split> splits = new ArrayList<>();
    List<Future<Home>> asked = new ArrayList<>();
    all.forEach(
        (address, was) ->
            asked.add(
                home(address.workspace, address.via, was)
                    .onSuccess(
                        now -> {
                          if (!now.customer().equals(was)) {
                            splits.add(new Split(was, now.customer()));
                            given(address, now.customer());
                          }
                        })));
    return Future.all(asked).map(splits);
  }

  /** The home of an address, or null if nobody has it. */
  public Future<@Nullable CustomerId> find(String workspace, String via) {
    return link.send(Request.cmd(Command.GET).arg(Keys.address(workspace, via)))
        .map(r -> r == null ? null : CustomerId.of(r.toString()));
  }
}
