package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Feed}'s subscriber line to one master. It carries subscriptions only: each is sent
 * until Redis confirms it. A probe each second, published by another line, finds one that looks
 * alive and delivers nothing. On the feed's loop only.
 */
@SuppressWarnings("ReferenceEquality") // a channel is on this line or on another object
final class FeedLine implements StandingLine.User {
  private static final Logger LOG = LoggerFactory.getLogger(FeedLine.class);
  private static final int BATCH = 256;
  private static final long PROBE_NANOS = 1_000_000_000;

  /** A probe that was published and not heard for so long: the line is dead. */
  private static final long DEAF_NANOS = 1_150_000_000;

  /** Nothing was heard for so long, and no probe could be published either. */
  private static final long SILENT_NANOS = 4_000_000_000L;

  private final Feed feed;
  private final Topology topology;
  private final ContextInternal loop;
  private final String node;
  private final StandingLine standing;

  /** Sent or to be sent, and not confirmed. */
  private final Set<Feed.Channel> wanted = new LinkedHashSet<>();

  private final List<Feed.Channel> unsent = new ArrayList<>();

  /** What was told and is not answered, oldest first: Redis answers in order. */
  private final Deque<Told> told = new ArrayDeque<>();

  /** How often Redis will say that we left a channel because we asked to. */
  private final Map<String, Integer> leaving = new HashMap<>();

  /** A subscription was asked for and nothing was answered for so long: what is sent gets lost. */
  private static final long MUTE_NANOS = 2_000_000_000;

  private boolean flushing;
  private @Nullable String probe;
  private long probed;
  private long heard;

  /** When the first probe left that was published and is not heard yet; 0 if none. */
  private long missing;

  /** When a subscription was asked for, or answered while others wait; 0 if none waits. */
  private long asked;

  /** One command: answered once for each name, or for all of them by an error. */
  private static final class Told {
    final boolean coming;
    final List<String> names;
    int answered;

    Told(boolean coming, List<String> names) {
      this.coming = coming;
      this.names = names;
    }

    String next() {
      return names.get(answered);
    }
  }

  FeedLine(Feed feed, Topology topology, ContextInternal loop, Server server, String node) {
    this.feed = feed;
    this.topology = topology;
    this.loop = loop;
    this.node = node;
    this.standing =
        new StandingLine(topology, loop, server, "the feed", _ -> Future.succeededFuture(), this);
    standing.connect();
  }

  Server server() {
    return standing.server();
  }

  @Nullable Line line() {
    return standing.line();
  }

  void want(Feed.Channel channel) {
    wanted.add(channel);
    send(channel);
  }

  private void send(Feed.Channel channel) {
    unsent.add(channel);
    if (!flushing && standing.line() != null) {
      flushing = true;
      loop.nettyEventLoop().execute(this::flush);
    }
  }

  /** {@code tell}: Redis may hold the subscription and shall end it. */
  void leave(Feed.Channel channel, boolean tell) {
    wanted.remove(channel);
    Line line = standing.line();
    if (tell && line != null) {
      leaving.merge(channel.name, 1, Integer::sum);
      tell(line, false, List.of(channel.name));
    }
  }

  private void tell(Line line, boolean coming, List<String> names) {
    Request request = Request.cmd(coming ? Command.SSUBSCRIBE : Command.SUNSUBSCRIBE);
    names.forEach(request::arg);
    told.add(new Told(coming, names));
    line.tell(request);
  }

  /** One command for each slot's channels. */
  private void flush() {
    flushing = false;
    Line line = standing.line();
    if (line == null) {
      return;
    }
    Map<Integer, List<String>> bySlot = new HashMap<>();
    for (Feed.Channel channel : unsent) {
      if (wanted.contains(channel)) {
        bySlot.computeIfAbsent(channel.slot, _ -> new ArrayList<>()).add(channel.name);
        if (probe == null) {
          probe = Keys.probe(channel.name, node);
          tell(line, true, List.of(probe));
        }
      }
    }
    unsent.clear();
    if (asked == 0 && !bySlot.isEmpty()) {
      asked = System.nanoTime();
    }
    for (List<String> names : bySlot.values()) {
      for (int i = 0; i < names.size(); i += BATCH) {
        tell(line, true, names.subList(i, Math.min(names.size(), i + BATCH)));
      }
    }
  }

  @Override
  public void up(Line line) {
    long now = System.nanoTime();
    heard = now;
    probed = now;
    missing = 0;
    asked = 0;
    wanted.clear();
    unsent.clear();
    wanted.addAll(feed.of(this));
    unsent.addAll(wanted);
    feed.standing();
    flush();
  }

  @Override
  public void down() {
    probe = null;
    told.clear();
    leaving.clear();
    feed.of(this).forEach(feed::interrupted);
    feed.standing();
  }

  @Override
  public void push(Response push) {
    heard = System.nanoTime();
    missing = 0;
    if (push.size() < 3) {
      return;
    }
    byte[] kind = push.get(0).toBytes();
    String name = push.get(1).toString();
    Feed.Channel channel = feed.channel(name);
    if (channel != null && channel.line != this) {
      channel = null;
    }
    switch (kind.length > 1 ? kind[1] : 0) {
      case 'm' -> { // smessage
        if (channel != null) {
          feed.message(channel, push.get(2).toBytes());
        }
      }
      case 's' -> { // ssubscribe
        boolean stays = owed(true, name) && !leaving.containsKey(name);
        if (stays && channel != null && wanted.remove(channel)) {
          feed.confirmed(channel);
        }
        answered();
      }
      case 'u' -> left(name, channel); // sunsubscribe
      default -> {}
    }
  }

  private void answered() {
    asked = wanted.isEmpty() ? 0 : heard;
  }

  /** Whether this is what Redis owes next; then it is taken for that. */
  private boolean owed(boolean coming, String name) {
    Told next = told.peek();
    if (next == null || next.coming != coming || !next.next().equals(name)) {
      return false;
    }
    if (++next.answered == next.names.size()) {
      told.remove();
    }
    return true;
  }

  private void ends(String name) {
    leaving.computeIfPresent(name, (_, n) -> n == 1 ? null : n - 1);
  }

  private void left(String name, Feed.@Nullable Channel channel) {
    if (owed(false, name)) {
      ends(name);
      return;
    }
    if (name.equals(probe)) {
      probe = null;
    }
    if (channel != null && !wanted.contains(channel)) {
      feed.interrupted(channel); // unasked: the slot moved; the answer to asking again says where
      want(channel);
      topology.doubt();
    }
  }

  /** A subscription was refused, or the end of one. */
  @Override
  public void stray(ErrorType error) {
    String text = String.valueOf(error.getMessage());
    LOG.debug("{} refused a subscription: {}", server(), text);
    heard = System.nanoTime();
    answered();
    Told refused = told.poll();
    if (refused != null && !refused.coming) {
      refused.names.forEach(this::ends);
    }
    Redirect to = Redirect.of(text);
    if (to != null) {
      topology.moved(to.slot(), to.server());
    }
    topology.doubt();
  }

  @Override
  public void read() {}

  void tick(long now) {
    standing.tick(now);
    Line line = standing.line();
    if (line == null) {
      return;
    }
    if (missing != 0 && now - missing > DEAF_NANOS || now - heard > SILENT_NANOS) {
      line.end(new StoreUnavailable("it delivers nothing", null));
      return;
    }
    if (wanted.isEmpty()) {
      asked = 0;
    } else if (asked != 0 && now - asked > MUTE_NANOS) {
      line.end(new StoreUnavailable("it takes no subscription", null));
      return;
    }
    if (now - probed < PROBE_NANOS) {
      return;
    }
    probed = now;
    unsent.clear();
    wanted.forEach(this::send); // what was refused, or asked of a server that did not know yet
    String channel = probe;
    if (channel == null) {
      heard = now; // no channel is here, so there is nothing to hear
      feed.of(this).stream().findFirst().ifPresent(this::want);
    } else {
      feed.probe(channel)
          .onSuccess(
              _ -> {
                if (heard - now < 0 && missing == 0) {
                  missing = now;
                }
              });
    }
  }

  void close() {
    standing.close();
  }
}
