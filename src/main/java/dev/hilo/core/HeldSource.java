package dev.hilo.core;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Source;
import dev.hilo.store.Lease;
import dev.hilo.store.Ledger;
import dev.hilo.store.StoreUnavailable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that this node runs, until {@link #lose}: what it may ask of the gateway, what the
 * gateway tells of it, and what people want of it.
 */
final class HeldSource implements Source.Intake {
  private static final Logger LOG = LoggerFactory.getLogger(HeldSource.class);

  /** What could not be done is tried again after so many looks. */
  private static final int LOOKS = 15;

  /** Where it leads to. */
  record House(
      String node,
      Lease lease,
      Ledger ledger,
      Reception reception,
      Context context,
      MeterRegistry meters) {}

  private final Accounts.Opened opened;
  private final Source source;
  private final String name;
  private final House house;
  private final Tags tags;
  private final List<Meter> gauges;
  private final AtomicBoolean attending = new AtomicBoolean();
  private final Set<String> failed = new HashSet<>();
  private volatile boolean lost;
  private volatile boolean said;
  private volatile @Nullable String trouble;
  private volatile int missing;
  private volatile @Nullable Thread attendant;
  private int looks;

  HeldSource(Accounts.Opened opened, Source source, String name, House house) {
    this.opened = opened;
    this.source = source;
    this.name = name;
    this.house = house;
    this.tags = Tags.of("source", Mailboxes.id(name), "kind", source.place().kind());
    this.gauges = source.place().kind().isEmpty() ? List.of() : gauges();
  }

  private List<Meter> gauges() {
    return List.of(
        Gauge.builder("hilo.source.connected", this, h -> h.said && h.trouble == null ? 1 : 0)
            .description("1 while what is polled answers")
            .tags(tags)
            .register(house.meters),
        Gauge.builder("hilo.source.missing", this, h -> h.missing)
            .description("items that the ledger did not explain at the last comparison")
            .tags(tags)
            .register(house.meters));
  }

  /** The lease stands: says how the source fares, and sees to what people want of it. */
  void renew() {
    if (said) {
      house.ledger.say(name, house.node, trouble).await();
    }
    if (source.everywhere() || !attending.compareAndSet(false, true)) {
      return;
    }
    try {
      if (++looks % LOOKS == 0) {
        failed.clear();
      }
      List<String> wishes = house.ledger.wishes(name).await();
      if (!failed.containsAll(wishes)) {
        attendant = Thread.ofVirtual().name(name + " attends").start(() -> attend(wishes));
        return;
      }
    } catch (RuntimeException e) {
      attending.set(false);
      throw e;
    }
    attending.set(false);
  }

  private void attend(List<String> wishes) {
    try {
      for (String wish : wishes) {
        if (failed.contains(wish)) {
          continue;
        }
        try {
          Source.Wish meant = Mailboxes.wish(wish);
          if (meant != null) {
            source.attend(meant, this);
          }
          ask(house.ledger.granted(name, wish));
        } catch (InterruptedException | Source.LostLease | StoreUnavailable e) {
          LOG.debug("{} attends later", name);
          return;
        } catch (Exception e) {
          LOG.warn("{} could not do what was asked for; it is tried again: {}", name, e.toString());
          failed.add(wish);
        }
      }
    } finally {
      attending.set(false);
    }
  }

  /** Another node may run it from now on: whatever it asks for is refused. */
  void lose() {
    lost = true;
    Thread now = attendant;
    if (now != null) {
      now.interrupt();
    }
  }

  /** Waits until nothing is done any more, but not for ever. */
  void end() throws InterruptedException {
    gauges.forEach(house.meters::remove);
    Thread now = attendant;
    if (now != null && !now.join(Duration.ofSeconds(5))) {
      LOG.warn("{} does not end", now.getName());
    }
  }

  private <T extends @Nullable Object> T ask(Future<T> answer) {
    if (lost) {
      throw new Source.LostLease(name);
    }
    return answer.await();
  }

  @Override
  public @Nullable String cursor() {
    return ask(house.lease.cursor(name));
  }

  @Override
  public void saveCursor(String cursor) {
    ask(house.lease.saveCursor(name, cursor));
  }

  @Override
  public boolean known(String key) {
    return !outcomes(List.of(key)).isEmpty();
  }

  @Override
  public Map<String, String> outcomes(Collection<String> keys) {
    return ask(house.ledger.outcomes(name, keys));
  }

  @Override
  public void receive(List<Inbound> items) {
    if (lost) {
      throw new Source.LostLease(name);
    }
    Promise<@Nullable Void> done = Promise.promise();
    house.context.runOnContext(
        _ ->
            house
                .reception
                .receive(opened.workspace(), opened.type(), name, items)
                .onComplete(
                    r -> {
                      if (r.succeeded()) {
                        done.complete();
                      } else {
                        done.fail(r.cause());
                      }
                    }));
    ask(done.future());
    opened.health().heard();
  }

  @Override
  public void account(String key, String outcome) {
    account(List.of(key), outcome);
  }

  @Override
  public void account(List<String> keys, String outcome) {
    explain(keys, outcome, null);
  }

  @Override
  public void park(String key, String why, @Nullable String blob) {
    explain(List.of(key), "parked: " + why, blob);
  }

  private void explain(List<String> keys, String outcome, @Nullable String blob) {
    long counted = ask(house.ledger.explain(name, keys, outcome, blob, System.currentTimeMillis()));
    if (counted > 0 && !source.place().kind().isEmpty()) {
      house
          .meters
          .counter("hilo.source.items", tags.and("outcome", Ledger.word(outcome)))
          .increment((double) counted);
    }
  }

  @Override
  public Source.@Nullable Parked parked(String key) {
    Ledger.Parked parked = ask(house.ledger.parked(name, key));
    return parked == null
        ? null
        : new Source.Parked(parked.why(), parked.blob(), Instant.ofEpochMilli(parked.at()));
  }

  @Override
  public void missing(int count) {
    missing = count;
    ask(house.ledger.missing(name, count, System.currentTimeMillis()));
  }

  @Override
  public void connected() {
    say(null);
  }

  @Override
  public void trouble(String why) {
    if (!lost) {
      say(why);
    }
  }

  private void say(@Nullable String why) {
    boolean news = !said || !Objects.equals(trouble, why);
    trouble = why;
    said = true;
    opened.health().polled(name, why);
    if (news) {
      var _ = house.ledger.say(name, house.node, why); // it is said again with each renewal
    }
  }
}
