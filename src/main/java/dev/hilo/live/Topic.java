package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Scopes;
import dev.hilo.store.Entrance.Found;
import dev.hilo.store.Entrance.Visit;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One customer's stream as this event loop follows it: what is published, and where that has a
 * hole, a doubt or a new epoch, what the stream says. Watches that keep up get each entry from
 * here; the others read for themselves. The stream is folded only where its entries belong to more
 * than one home. There may be very many of these: an idle one holds no more than it must.
 */
final class Topic implements Feed.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

  private final CustomerId customer;
  private final Hub hub;

  /** Never changed, always replaced: whoever goes through it may add and remove. */
  private List<Watch> watches = List.of();

  /** Until the subscription is confirmed, then null. */
  private @Nullable Future<Void> opening;

  /** What the watches that keep up have; null until the first visit tells. */
  private @Nullable Position last;

  private Scopes scopes = Scopes.NONE;
  private @Nullable Future<Void> folding;
  private final short partition;
  private int visits;
  private int changes;
  private boolean folded;
  private boolean healing;
  private boolean again;
  private boolean heard;
  private boolean doubted;

  /**
   * How somebody found a thread.
   *
   * @param changes of objects, signals and presence heard when it was looked at
   */
  record Arrival(Topic topic, Found found, int changes) {}

  /** Subscribes; the first {@link #visit} tells where the stream stands. */
  Topic(CustomerId customer, Hub hub) {
    this.customer = customer;
    this.hub = hub;
    this.partition = (short) Keys.partition(customer);
    Future<Void> confirmed = hub.subscribe(customer, this);
    this.opening = confirmed;
    confirmed.onComplete(_ -> opening = null);
  }

  CustomerId customer() {
    return customer;
  }

  int partition() {
    return partition;
  }

  /** What the watches that keep up have; not to be asked before the first visit. */
  Position last() {
    return last == null ? Position.START : last;
  }

  Scopes scopes() {
    return scopes;
  }

  /** Objects, signals and presence heard so far. */
  int changes() {
    return changes;
  }

  void add(Watch watch) {
    List<Watch> more = new ArrayList<>(watches.size() + 1);
    more.addAll(watches);
    more.add(watch);
    watches = watches.isEmpty() ? List.of(watch) : more;
  }

  /** True if nobody is left. */
  boolean remove(Watch watch) {
    watches = watches.stream().filter(w -> w != watch).toList();
    return watches.isEmpty();
  }

  /** Whether anybody watches or is about to. */
  boolean idle() {
    return watches.isEmpty() && visits == 0;
  }

  /**
   * Looks at the thread once the subscription stands: what is published after that look comes here.
   */
  Future<Arrival> visit(@Nullable String device, @Nullable Position since, boolean staff) {
    visits++;
    Future<Void> subscribed = opening == null ? Future.succeededFuture() : opening;
    return subscribed
        .compose(
            _ -> {
              int before = changes;
              return hub.arrivals()
                  .enter(new Visit(customer, device, since, true, staff))
                  .compose(found -> known(found).map(_ -> new Arrival(this, found, before)));
            })
        .onComplete(_ -> visits--);
  }

  private Future<Void> known(Found found) {
    if (folding != null || found.joined() && !folded) {
      return fold(true);
    }
    if (last == null) {
      last = found.top();
      heard = true;
      if (again) {
        heal();
      }
    }
    return Future.succeededFuture();
  }

  /** More of the stream for a watch that reads for itself. */
  Future<Found> after(Position position) {
    return hub.arrivals().enter(new Visit(customer, null, position, false, false));
  }

  @Override
  public void message(byte[] payload) {
    switch (payload[0]) {
      case '!' -> signal(payload);
      case '=' -> {
        changes++;
        Map.Entry<String, SharedObjects.Value> object = SharedObjects.published(payload);
        watches.forEach(w -> w.object(object.getKey(), object.getValue()));
      }
      case '+' -> Streams.apart(payload).forEach(this::published);
      default -> published(payload);
    }
  }

  private void signal(byte[] payload) {
    changes++;
    try {
      JsonNode signal = Json.parse(Arrays.copyOfRange(payload, 1, payload.length));
      watches.forEach(w -> w.signal(signal));
    } catch (Json.BadJson e) {
      LOG.debug("a signal that is none");
    }
  }

  private void published(byte[] payload) {
    Position at = Streams.positionOf(payload);
    Position have = last;
    hub.epoch(partition, at.epoch());
    if (have == null || healing) {
      again = true;
    } else if (at.follows(have)) {
      heard = true;
      accept(Streams.published(payload));
    } else if (at.after(have)) {
      heal();
    }
  }

  /** This loop wrote these, and hears of them here first: what does not follow comes by itself. */
  void wrote(List<Entry> entries) {
    for (Entry entry : entries) {
      if (last != null && !healing && entry.position().follows(last)) {
        heard = true;
        accept(entry);
      }
    }
  }

  @Override
  public void resumed() {
    doubt();
  }

  /** To be compared with the store soon, with all others in doubt. */
  void doubt() {
    if (!doubted && last != null) {
      doubted = true;
      hub.doubt(this);
    }
  }

  /** As {@link #doubt}, when the store may answer again. */
  void doubtLater() {
    if (!doubted) {
      doubted = true;
      hub.doubtLater(this);
    }
  }

  /** The position to compare, if that is of any use now. */
  @Nullable Position doubtful() {
    doubted = false;
    return healing ? null : last;
  }

  /** Whether nothing confirmed this topic since the last time this was asked. */
  boolean quiet() {
    boolean quiet = !heard && !doubted && last != null;
    heard = false;
    return quiet;
  }

  private void accept(Entry entry) {
    if (!folded && concernsIdentity(entry.event())) {
      fold(entry.event() instanceof Event.CustomersMerged);
      return;
    }
    Scopes before = scopes;
    last = entry.position();
    scopes = scopes.after(entry.event());
    try (Rendering rendering = new Rendering(customer, entry)) {
      for (Watch watch : watches) {
        watch.live(rendering);
      }
    }
    if (entry.event() instanceof Event.Sealed) {
      watches.forEach(Watch::moved);
    } else if (entry.event() instanceof Event.CustomersMerged || !scopes.equals(before)) {
      reshaped(before, entry.event() instanceof Event.CustomersMerged);
    }
  }

  private static boolean concernsIdentity(Event event) {
    return event instanceof Event.CustomersMerged || event instanceof Event.IdentityObserved;
  }

  private void reshaped(Scopes before, boolean merged) {
    watches.forEach(w -> w.reshaped(before, scopes, last(), merged));
  }

  /**
   * From now on this thread is followed by its whole state. Watches that are not shown anew read on
   * from where they are.
   */
  private Future<Void> fold(boolean merged) {
    Future<Void> now = folding;
    if (now == null) {
      now = foldAnew(merged);
      folding = now.isComplete() ? null : now;
    }
    return now;
  }

  private Future<Void> foldAnew(boolean merged) {
    healing = true;
    again = false;
    return hub.streams()
        .load(customer)
        .onComplete(
            r -> {
              folding = null;
              healing = false;
              if (r.failed()) {
                again = true;
                doubtLater();
                return;
              }
              Scopes before = scopes;
              folded = true;
              last = r.result().state().last();
              scopes = r.result().state().scopes();
              List<Watch> now = watches;
              if (r.result().into() != null) {
                now.forEach(Watch::moved);
              } else {
                if (merged || !scopes.equals(before)) {
                  reshaped(before, merged);
                }
                now.forEach(Watch::behind);
              }
              if (again) {
                heal();
              }
            })
        .mapEmpty();
  }

  /** Reads what is missing after {@link #last}, or finds that the store lost it. */
  void heal() {
    Position have = last;
    if (have == null || healing) {
      again = true;
      return;
    }
    healing = true;
    again = false;
    after(have)
        .onComplete(
            r -> {
              healing = false;
              if (r.failed()) {
                doubtLater();
                return;
              }
              heard = true;
              Found found = r.result();
              if (!found.base().equals(have)) {
                last = found.base();
                watches.forEach(w -> w.rolledBack(found.base(), have));
                if (folded) {
                  fold(false); // a merge or a proof may be among what was lost
                  return;
                }
              }
              for (Entry entry : found.entries()) {
                if (healing) {
                  return; // it is being folded, which reads the rest too
                }
                if (entry.position().after(last())) {
                  accept(entry);
                }
              }
              if (again || found.more()) {
                heal();
              }
            });
  }
}
