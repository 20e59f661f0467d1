package dev.hilo.core;

import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Event.Delivery;
import dev.hilo.conversation.StreamState;
import dev.hilo.store.Pacing;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.store.Streams.Redirect;
import dev.hilo.store.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the fold shows as unsent: one lane for each address, in order, the head first. A claim
 * is stored before the platform is called. A claim without a result, left by a node that died,
 * means that the platform may have the message: it is repeated only where the channel says that
 * this is harmless, else its outcome is {@code UNKNOWN} and the lane waits up to {@link #HOLD} for
 * the platform to tell.
 */
public final class Lanes implements AutoCloseable {
  static final Duration HOLD = Duration.ofSeconds(30);
  private static final int REMEMBERED = 10_000;

  /** A turn of an account that is further away is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  private final Streams streams;
  private final Work work;
  private final Accounts accounts;
  private final Rosters rosters;
  private final Pacing pacing;
  private final MeterRegistry meters;
  private final AtomicInteger waiting;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final Set<CustomerId> drained = ConcurrentHashMap.newKeySet();

  /**
   * Results by message: a store that lost the newest entries asks again for what the platform
   * already has.
   */
  private final Map<String, Event.DeliveryChanged> results =
      Collections.synchronizedMap(new Lately<>(REMEMBERED));

  /** Messages for which this node called a platform. */
  private final Set<String> called =
      Collections.synchronizedSet(Collections.newSetFromMap(new Lately<>(REMEMBERED)));

  private Proof proof = (_, _) -> {};
  private BiConsumer<CustomerId, Long> wake = (_, _) -> {};
  private BiConsumer<CustomerId, String> lost = (_, _) -> {};
  private volatile boolean closed;

  public Lanes(
      Streams streams,
      Work work,
      Accounts accounts,
      Rosters rosters,
      Pacing pacing,
      MeterRegistry meters) {
    this.pacing = pacing;
    this.meters = meters;
    this.waiting = Objects.requireNonNull(meters.gauge("hilo.sends.waiting", new AtomicInteger()));
    this.streams = streams;
    this.work = work;
    this.accounts = accounts;
    this.rosters = rosters;
  }

  /**
   * @param wake told when to look at a customer again, ms
   * @param lost told that the store does not know this token any more
   */
  void tell(BiConsumer<CustomerId, Long> wake, BiConsumer<CustomerId, String> lost) {
    this.wake = wake;
    this.lost = lost;
  }

  /** Told, on a virtual thread, that an answer proved another address of a customer. */
  public interface Proof {
    void of(Entry message, Address same);
  }

  /** {@code proof}: told before the outcome is written. */
  public Lanes learning(Proof told) {
    this.proof = told;
    return this;
  }

  /**
   * Starts the lanes that have something to send.
   *
   * @return null = nothing waits, 0 = lanes are at work and will wake the keeper, else when to look
   *     again, ms
   */
  @Nullable Long run(StreamState state, LaneStep.Tenure tenure) {
    if (state.pending().isEmpty()) {
      return null;
    }
    Map<String, String> claims = work.claims(state.customer()).await();
    Set<String> vias = new LinkedHashSet<>();
    unsent(state, claims).forEach(p -> vias.add(p.via()));
    long now = System.currentTimeMillis();
    Long due = null;
    for (String via : vias) {
      StreamState.Pending head = head(state, claims, via);
      Attempt before = head == null ? null : Attempt.of(claims.get(head.id()));
      if (before != null && before.waits(now)) {
        due = due == null ? before.at() : Math.min(due, before.at());
      } else {
        start(state.customer(), via, tenure);
        due = 0L;
      }
    }
    return due;
  }

  /**
   * Messages without an outcome. The outcomes of a sealed stream stand in its root; its claims
   * remember them.
   */
  private static List<StreamState.Pending> unsent(StreamState state, Map<String, String> claims) {
    return state.pending().stream().filter(p -> !Attempt.done(claims.get(p.id()))).toList();
  }

  private static StreamState.@Nullable Pending head(
      StreamState state, Map<String, String> claims, String via) {
    return unsent(state, claims).stream().filter(p -> p.via().equals(via)).findFirst().orElse(null);
  }

  private void start(CustomerId customer, String via, LaneStep.Tenure tenure) {
    String lane = customer + " " + via;
    if (!closed && running.add(lane)) {
      threads.execute(
          () -> {
            long next = System.currentTimeMillis();
            try {
              next = drive(customer, via, tenure);
            } catch (StoreUnavailable e) {
              next += 500;
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
              LOG.error("a lane of {} failed", customer, e);
              next += 5000;
            } finally {
              running.remove(lane);
            }
            wake.accept(customer, next);
          });
    }
  }

  /** Sends until the lane is empty or must wait; gives the time to look again. */
  private long drive(CustomerId customer, String via, LaneStep.Tenure tenure)
      throws InterruptedException {
    while (!closed) {
      StreamState state = streams.load(customer).await().state();
      Map<String, String> claims = work.claims(customer).await();
      StreamState.Pending head = head(state, claims, via);
      if (head == null) {
        break;
      }
      long wait = held(state, via);
      if (wait > 0) {
        Thread.sleep(Math.min(wait, 250));
        continue;
      }
      String claim = claims.get(head.id());
      Attempt before = Attempt.of(claim);
      if (before != null && before.waits(System.currentTimeMillis())) {
        return before.at();
      }
      Entry entry = streams.at(customer, head.position()).await();
      if (entry == null) {
        break; // rewound since: the next look tells
      }
      Outgoing out = new Outgoing(state, head, entry, claim == null ? "" : claim);
      Long retry = deliver(out, tenure);
      if (retry != null) {
        return retry;
      }
    }
    return System.currentTimeMillis();
  }

  /**
   * How long this lane must wait for an outcome the platform may still tell, or for a merged stream
   * to empty; ms.
   */
  private long held(StreamState state, String via) {
    StreamState.Message unknown = state.unknownOn(via);
    if (unknown != null) {
      long left = unknown.changedAt() + HOLD.toMillis() - System.currentTimeMillis();
      if (left > 0) {
        return left;
      }
    }
    for (StreamState.Joined child : state.joined()) {
      CustomerId c = CustomerId.of(child.customer());
      if (!drained.contains(c)) {
        StreamState there = streams.load(c).await().state();
        if (!there.pending().isEmpty() && !unsent(there, work.claims(c).await()).isEmpty()) {
          return 200;
        }
        drained.add(c);
      }
    }
    return 0;
  }

  /** Gives null when the head has an outcome, else when to try it again, ms. */
  private @Nullable Long deliver(Outgoing out, LaneStep.Tenure tenure) throws InterruptedException {
    Event.DeliveryChanged known = results.get(out.id());
    if (known != null) {
      record(out.customer(), out.entry(), known, tenure.token());
      return null;
    }
    String workspace = out.customer().workspace();
    Accounts.Opened opened = accounts.use(workspace, out.address().channel(), out.account());
    if (opened == null) {
      if (!accounts.known(workspace)) {
        return System.currentTimeMillis() + 200;
      }
      SendResult gone =
          new SendResult.Refused("no-account", "this account is no longer configured");
      settle(out, gone, tenure.token());
      return null;
    }
    try {
      return deliver(opened, out, tenure);
    } finally {
      opened.leave();
    }
  }

  private @Nullable Long deliver(Accounts.Opened opened, Outgoing out, LaneStep.Tenure tenure)
      throws InterruptedException {
    Attempt before = Attempt.of(out.claim());
    LaneStep.Head head = new LaneStep.Head(out.entry(), before, called.contains(out.id()));
    Capabilities channel = opened.channel().capabilities();
    return switch (LaneStep.of(
        head,
        tenure,
        !out.isMessage() || channel.can(Capabilities.Feature.REPEATABLE),
        System.currentTimeMillis())) {
      case LaneStep.Call(int attempt) -> call(opened, out, attempt, tenure.token());
      case LaneStep.Settle(SendResult result) -> {
        settle(out, result, tenure.token());
        yield null;
      }
    };
  }

  /** Claims the head before the platform is called; gives what {@link #deliver} gives. */
  private @Nullable Long call(Accounts.Opened opened, Outgoing out, int attempt, String token)
      throws InterruptedException {
    long wait = turn(opened, out);
    if (wait > 0) {
      return System.currentTimeMillis() + wait;
    }
    Outbound.Quote quoted =
        opened.channel().capabilities(out.address()).can(Capabilities.Feature.QUOTES)
            ? out.quoted(streams)
            : null;
    String claim = Attempt.called(attempt, System.currentTimeMillis(), token);
    Work.Claim taken = work.claim(token, out.customer(), out.id(), out.claim(), claim).await();
    if (!(taken instanceof Work.Claim.Held)) {
      if (taken instanceof Work.Claim.Lost) {
        lost.accept(out.customer(), token);
      }
      return System.currentTimeMillis() + 1000; // another keeper, or another look
    }
    called.add(out.id());
    SendResult result = send(opened, out, quoted, attempt);
    if (result instanceof SendResult.Accepted(_, var same) && same != null) {
      proof.of(out.entry(), same);
    }
    if (result instanceof SendResult.Retry retry) {
      long due = System.currentTimeMillis() + Math.max(100, retry.after().toMillis());
      work.claim(token, out.customer(), out.id(), claim, Attempt.retry(attempt, due)).await();
      return due;
    }
    settle(out, result, token);
    return null;
  }

  /** Waits for the account's turn; gives how long to wait before asking for one again, ms. */
  private long turn(Accounts.Opened opened, Outgoing out) throws InterruptedException {
    Capabilities.Pace pace = opened.channel().capabilities().pace();
    if (pace == null || !out.isMessage()) {
      return 0;
    }
    String account = opened.workspace() + " " + opened.type() + " " + out.account();
    waiting.incrementAndGet();
    try {
      Duration wait = pacing.turn(account, pace.messages(), pace.each(), PATIENCE).await();
      opened.health().waits(wait.toMillis());
      if (wait.compareTo(PATIENCE) > 0) {
        return wait.toMillis();
      }
      Thread.sleep(wait);
      return 0;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private void settle(Outgoing out, SendResult result, String token) throws InterruptedException {
    Event.DeliveryChanged changed = changed(out.id(), result);
    results.put(out.id(), changed);
    record(out.customer(), out.entry(), changed, token);
  }

  private SendResult send(
      Accounts.Opened opened, Outgoing out, Outbound.@Nullable Quote quoted, int attempt)
      throws InterruptedException {
    SendResult result;
    try {
      Roster roster = rosters.of(out.customer().workspace());
      result = out.through(opened.channel(), roster, quoted, attempt);
    } catch (RuntimeException e) {
      LOG.error("sending on {} failed", opened.type(), e);
      result = new SendResult.Unknown("the send ended in an error of ours");
    }
    opened.health().sent(result);
    meters
        .counter(
            "hilo.sends", "channel", opened.type(), "result", result.getClass().getSimpleName())
        .increment();
    return result;
  }

  private static Event.DeliveryChanged changed(String id, SendResult result) {
    List<String> ids = List.of(id);
    return switch (result) {
      case SendResult.Accepted a ->
          new Event.DeliveryChanged(ids, Delivery.SENT, a.externalId(), null, null);
      case SendResult.Refused r ->
          new Event.DeliveryChanged(ids, Delivery.FAILED, null, r.code(), r.why());
      case SendResult.WindowClosed w ->
          new Event.DeliveryChanged(ids, Delivery.FAILED, null, "window-closed", w.why());
      case SendResult.Unknown u ->
          new Event.DeliveryChanged(ids, Delivery.UNKNOWN, null, null, u.why());
      case SendResult.Retry r ->
          throw new IllegalStateException("a retry has no outcome: " + r.why());
    };
  }

  /** Appends the result and ends the claim in one call; follows a seal that came in between. */
  private void record(
      CustomerId customer, Entry message, Event.DeliveryChanged changed, String token)
      throws InterruptedException {
    String id = message.header().id();
    String src = Roots.src("result", id, changed.state().name());
    Drafts drafts = Drafts.now(Author.gateway("keeper"), src);
    CustomerId target = customer;
    Redirect redirect = null;
    boolean own = true;
    while (true) {
      Draft draft =
          drafts.of(
              StreamState.empty(target), changed, message.header().home(), message.header().via());
      Streams.Append append =
          new Streams.Append(target, src, null, Streams.ALL_FOLDED, redirect, -1L, List.of(draft));
      Outcome outcome;
      try {
        outcome =
            own && redirect == null
                ? streams.done(token, id, append).await()
                : streams.append(append).await();
      } catch (StoreUnavailable e) {
        Thread.sleep(500); // the platform has it: this must not get lost
        continue;
      }
      switch (outcome) {
        case Outcome.SealedInto s -> {
          redirect = new Redirect(target, s.mergeId());
          target = s.into();
        }
        case Outcome.LostToken _ ->
            own = false; // replaced while calling, but only we know the answer
        case Outcome.Again _ -> Thread.sleep(50);
        case Outcome.Appended _, Outcome.Duplicate _, Outcome.Conflict _ -> {
          if (redirect != null) {
            String is = work.claims(customer).await().getOrDefault(id, "");
            work.claim(token, customer, id, is, Attempt.DONE).await();
          }
          return;
        }
      }
    }
  }

  /** Waits up to 10 s for calls that are under way. */
  @Override
  public void close() {
    closed = true;
    threads.shutdown();
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
