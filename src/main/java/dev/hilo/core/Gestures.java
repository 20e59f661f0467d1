package dev.hilo.core;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.StreamState;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the customer, on the address used last, that somebody writes or has read. Nobody waits for
 * it and nothing is repeated: what the platform does not take at once is dropped, and so is what
 * comes while too much is under way. From any thread.
 */
public final class Gestures implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gestures.class);

  /** Platforms show typing for 5 s or longer; a lively writer says it more often than that. */
  private static final long TYPING_MS = 4000;

  private static final int AT_ONCE = 64;
  private static final int REMEMBERED = 10_000;

  private final Ways ways;
  private final MeterRegistry meters;
  private final Semaphore atOnce = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** When typing was shown last, by address, ms. */
  private final Map<String, Long> typed = new ConcurrentHashMap<>();

  public Gestures(Ways ways, MeterRegistry meters) {
    this.ways = ways;
    this.meters = meters;
  }

  /** Somebody of the staff writes an answer, or stopped. */
  public void typing(StreamState state, boolean on) {
    StreamState.Route route = state.lastRoute();
    if (route == null || route.address().live()) {
      return;
    }
    long now = System.currentTimeMillis();
    Long before = on ? typed.put(route.via(), now) : typed.remove(route.via());
    if (typed.size() > REMEMBERED) {
      typed.clear();
    }
    if (on ? before == null || now - before >= TYPING_MS : before != null) {
      show(
          state,
          route,
          Capabilities.Feature.TYPING,
          account -> new Gesture.Typing(account, route.address(), route.context(), on));
    }
  }

  /** Somebody of the staff saw the newest message of the customer. */
  public void read(StreamState state) {
    StreamState.Route route = state.lastRoute();
    StreamState.Message newest = state.newestOn(route == null ? "" : route.via());
    String id = newest == null ? null : newest.externalId();
    if (route != null && id != null && !route.address().live()) {
      Address to = route.address();
      show(
          state,
          route,
          Capabilities.Feature.READS,
          account -> new Gesture.Read(account, to, route.context(), id));
    }
  }

  private interface Making {
    Gesture of(String account);
  }

  private void show(
      StreamState state, StreamState.Route route, Capabilities.Feature feature, Making making) {
    Ways.Served served = ways.served(state.customer().workspace(), route);
    if (served == null
        || !served.opened().channel().capabilities(route.address()).can(feature)
        || !served.opened().health().trusted()
        || !atOnce.tryAcquire()) {
      return;
    }
    Accounts.Opened opened = served.opened();
    threads.execute(
        () -> {
          try {
            SendResult result = opened.channel().perform(making.of(served.account()));
            meters
                .counter(
                    "hilo.gestures",
                    "channel",
                    opened.type(),
                    "result",
                    result.getClass().getSimpleName())
                .increment();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            LOG.warn("a gesture on {} failed", opened.type(), e);
          } finally {
            atOnce.release();
          }
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
