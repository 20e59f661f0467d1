package dev.hilo.core;

import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.StreamState.Unfetched;
import dev.hilo.store.Blobs;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the files that the fold shows as not fetched, while the platforms still have them: for
 * each customer one after the other, for all of them a few at once. The bytes are durable before
 * the entry that names them; whoever dies in between leaves the same work to the next keeper, and
 * the entry is written once.
 */
public final class MediaFetch implements AutoCloseable {
  /** After this a file that cannot be had counts as lost. */
  static final Duration LIFE = Duration.ofHours(24);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  /** So often a link that is over is replaced by a new one. */
  private static final int FRESH_LINKS = 4;

  private static final int AT_ONCE = 12;
  private static final int REMEMBERED = 10_000;
  private static final int LONGEST_WHY = 300;

  private static final Logger LOG = LoggerFactory.getLogger(MediaFetch.class);

  private final Context loop;
  private final Roots roots;
  private final Streams streams;
  private final Accounts accounts;
  private final Blobs blobs;
  private final Download download;
  private final MeterRegistry meters;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore atOnce = new Semaphore(AT_ONCE);
  private final Set<CustomerId> running = ConcurrentHashMap.newKeySet();

  /** What did not work yet. Lost with the node: its successor just tries again. */
  private final Map<String, Retry> retries = Collections.synchronizedMap(new Lately<>(REMEMBERED));

  /** What has its entry in the stream that theirs was merged into, where theirs cannot show it. */
  private final Set<String> settled =
      Collections.synchronizedSet(Collections.newSetFromMap(new Lately<>(REMEMBERED)));

  private Consumer<CustomerId> wake = _ -> {};
  private volatile boolean closed;

  /** {@code at}: not before, ms. */
  private record Retry(int tries, long at) {}

  /** A file of an entry, and whose it is. */
  private record File(Entry entry, Event event, Unfetched place, Content.Media media) {
    String src() {
      return MediaFetch.src(entry.header().id(), place);
    }
  }

  /** How a channel is asked for it. */
  private record Place(String channel, String account, Map<String, String> context) {}

  /** What became of a try. */
  private sealed interface Outcome {
    record Settled(Event event) implements Outcome {}

    record Later(@Nullable Duration after, String why, int most) implements Outcome {
      Later(@Nullable Duration after, String why) {
        this(after, why, Integer.MAX_VALUE);
      }
    }
  }

  /** {@code loop}: the event loop that {@code roots} belongs to. */
  public MediaFetch(
      Context loop,
      Roots roots,
      Streams streams,
      Accounts accounts,
      Blobs blobs,
      Download download,
      MeterRegistry meters) {
    this.loop = loop;
    this.roots = roots;
    this.streams = streams;
    this.accounts = accounts;
    this.blobs = blobs;
    this.download = download;
    this.meters = meters;
  }

  /** {@code wake}: told when a customer is to be looked at again. */
  void tell(Consumer<CustomerId> wake) {
    this.wake = wake;
  }

  /**
   * Starts fetching what is due.
   *
   * @return when the customer is due, ms: in the past if files are being fetched, after which the
   *     keeper is woken; null = nothing is to be fetched
   */
  @Nullable Long run(StreamState state) {
    Long due = null;
    boolean ready = false;
    long now = System.currentTimeMillis();
    for (Unfetched file : open(state)) {
      Retry retry = retries.get(key(state.customer(), file));
      long at = retry == null || retry.at <= now ? Math.min(file.rx(), now) : retry.at;
      due = due == null ? Long.valueOf(at) : Long.valueOf(Math.min(due, at));
      ready |= at <= now;
    }
    if (ready) {
      start(state.customer());
    }
    return due;
  }

  /** A stream that was merged keeps its last files for ever: its dedupe ids do not last so long. */
  private List<Unfetched> open(StreamState state) {
    long oldest = System.currentTimeMillis() - 2 * LIFE.toMillis();
    return state.unfetched().stream()
        .filter(
            f ->
                state.sealed() == null
                    || f.rx() > oldest && !settled.contains(key(state.customer(), f)))
        .toList();
  }

  private static String key(CustomerId customer, Unfetched f) {
    return customer + " " + f.message() + "/" + f.index() + " " + f.position();
  }

  private static String src(String entry, Unfetched place) {
    return Roots.src("media", entry, String.valueOf(place.index()));
  }

  private void start(CustomerId customer) {
    if (!closed && running.add(customer)) {
      threads.execute(
          () -> {
            try {
              drive(customer);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
              LOG.error("fetching files of {} failed", customer, e);
            } finally {
              running.remove(customer);
            }
            wake.accept(customer);
          });
    }
  }

  private void drive(CustomerId customer) throws InterruptedException {
    while (!closed) {
      try {
        StreamState state = streams.load(customer).await().state();
        long now = System.currentTimeMillis();
        Unfetched next = null;
        for (Unfetched f : open(state)) {
          Retry retry = retries.get(key(customer, f));
          next = next == null && (retry == null || retry.at <= now) ? f : next;
        }
        if (next == null) {
          return;
        }
        fetch(state, next);
      } catch (StoreUnavailable e) {
        Thread.sleep(500);
      }
    }
  }

  private void fetch(StreamState state, Unfetched place) throws InterruptedException {
    CustomerId customer = state.customer();
    String key = key(customer, place);
    Entry entry = streams.at(customer, place.position()).await();
    Content.Media media = entry == null ? null : entry.event().file(place.index());
    if (entry == null || media == null) {
      retries.put(key, new Retry(0, System.currentTimeMillis() + 5000)); // rewound since
      return;
    }
    File file = new File(entry, entry.event(), place, media);
    Outcome outcome;
    if (state.sealed() != null && written(customer, file.src())) {
      settled.add(key);
      return;
    }
    atOnce.acquire();
    try {
      outcome = attempt(state, file);
    } finally {
      atOnce.release();
    }
    if (outcome instanceof Outcome.Later later) {
      Retry before = retries.get(key);
      int tries = before == null ? 1 : before.tries + 1;
      long now = System.currentTimeMillis();
      long end = place.rx() + LIFE.toMillis();
      if (now < end && tries < later.most) {
        retries.put(key, new Retry(tries, Math.min(now + pause(tries, later.after), end)));
        count("later");
        return;
      }
      outcome = new Outcome.Settled(failed(place, later.why));
    }
    if (outcome instanceof Outcome.Settled s) {
      write(customer, file, s.event);
      retries.remove(key);
      count(s.event instanceof Event.MediaStored ? "stored" : "failed");
    }
  }

  private void count(String result) {
    meters.counter("hilo.media", "result", result).increment();
  }

  private static long pause(int tries, @Nullable Duration after) {
    long pause = FIRST_PAUSE.toMillis() << Math.min(2 * (tries - 1), 20);
    long asked = after == null ? 0 : after.toMillis();
    return Math.max(asked, Math.min(pause, LONGEST_PAUSE.toMillis()));
  }

  private static Event failed(Unfetched place, String why) {
    return new Event.MediaFailed(place.message(), place.index(), Fitting.cut(why, LONGEST_WHY));
  }

  private Outcome attempt(StreamState state, File file) throws InterruptedException {
    Place place = place(state, file);
    String workspace = state.customer().workspace();
    Accounts.Opened opened =
        place == null ? null : accounts.use(workspace, place.channel, place.account);
    if (place == null || opened == null) {
      return new Outcome.Later(null, "its account is not configured");
    }
    MediaSource source;
    try {
      Channel channel = opened.channel();
      source = channel.locate(place.account, file.media, place.context);
    } catch (RuntimeException e) {
      LOG.error("asking {} for a file failed", opened.type(), e);
      return new Outcome.Later(null, "the channel does not find it");
    } finally {
      opened.leave();
    }
    return switch (source) {
      case MediaSource.Gone gone -> new Outcome.Settled(failed(file.place, gone.why()));
      case MediaSource.Later later -> new Outcome.Later(later.after(), later.why());
      case MediaSource.Link link -> fetch(file, link);
    };
  }

  private static @Nullable Place place(StreamState state, File file) {
    StreamState.Route route = state.routes().get(String.valueOf(file.entry.header().via()));
    return switch (file.event) {
      case Event.MessageAdded e -> new Place(e.address().channel(), e.account(), e.context());
      case Event.CallLogged e -> new Place(e.address().channel(), e.account(), Map.of());
      default ->
          route == null
              ? null
              : new Place(route.address().channel(), route.account(), route.context());
    };
  }

  private Outcome fetch(File file, MediaSource.Link link) throws InterruptedException {
    Path draft = null;
    try {
      draft = blobs.draft();
      Download.Result result = download.of(link, file.media, draft);
      return switch (result) {
        case Download.Result.Done done -> {
          CustomerId home = CustomerId.of(file.entry.header().home());
          yield new Outcome.Settled(
              new Event.MediaStored(
                  file.place.message(),
                  file.place.index(),
                  blobs.keep(home, draft),
                  done.type().mime(),
                  done.size()));
        }
        case Download.Result.Later later -> new Outcome.Later(later.after(), later.why());
        case Download.Result.Stale stale -> new Outcome.Later(null, stale.why(), FRESH_LINKS);
        case Download.Result.Never never -> new Outcome.Settled(failed(file.place, never.why()));
      };
    } catch (IOException e) {
      LOG.warn("a file cannot be kept: {}", e.toString());
      return new Outcome.Later(null, "it cannot be kept now");
    } finally {
      if (draft != null) {
        delete(draft);
      }
    }
  }

  private static void delete(Path draft) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      LOG.warn("a file that is not needed stays: {}", e.toString());
    }
  }

  private boolean written(CustomerId customer, String src) {
    Promise<Boolean> known = Promise.promise();
    loop.runOnContext(_ -> roots.written(customer, src).map(at -> at != null).onComplete(known));
    return known.future().await();
  }

  /** As often as it takes: the bytes are here already. */
  private void write(CustomerId customer, File file, Event event) throws InterruptedException {
    Header h = file.entry.header();
    Audience audience =
        h.aud() == Audience.ALL ? Audience.of(event) : Audience.STAFF; // recordings are not shown
    Drafts drafts = Drafts.now(Author.gateway("keeper"), file.src());
    Roots.Change change =
        new Roots.Change() {
          @Override
          public List<Draft> facts(StreamState state) {
            boolean replaced =
                state.unfetched().stream()
                    .anyMatch(
                        f ->
                            f.message().equals(file.place.message())
                                && f.index() == file.place.index()
                                && !f.position().equals(file.place.position()));
            return replaced
                ? List.of()
                : List.of(drafts.of(state, event, h.home(), h.via(), audience));
          }
        };
    while (!closed) {
      Promise<Roots.Written> done = Promise.promise();
      loop.runOnContext(_ -> roots.write(customer, file.src(), change).onComplete(done));
      try {
        done.future().await();
        return;
      } catch (StoreUnavailable | Problem e) {
        Thread.sleep(500);
      }
    }
  }

  /** Waits up to 10 s for what is being fetched; the next keeper begins again with the rest. */
  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
