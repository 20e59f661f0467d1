package dev.hilo.core;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Source;
import dev.hilo.store.Lease;
import dev.hilo.store.StoreUnavailable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what must be polled, each source on a virtual thread and on one node at a time: a lease with
 * a rising token says on which.
 */
public final class Sources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
  private static final long LEASE_MS = 15_000;
  private static final long RENEW_MS = 4_000;

  private final String node;
  private final Lease lease;
  private final Accounts accounts;
  private final Reception reception;
  private final Context context;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Thread> running = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /** {@code context}: the event loop that {@code reception} belongs to. */
  public Sources(
      String node, Lease lease, Accounts accounts, Reception reception, Context context) {
    this.node = node;
    this.lease = lease;
    this.accounts = accounts;
    this.reception = reception;
    this.context = context;
  }

  public void start() {
    for (Accounts.Opened opened : accounts.all()) {
      for (Source source : opened.channel().sources()) {
        threads.execute(() -> keep(opened, source));
      }
    }
  }

  /** Tries for the lease and runs the source while it holds it. */
  private void keep(Accounts.Opened opened, Source source) {
    while (!closed) {
      try {
        long token = lease.source(source.name(), node, LEASE_MS).await();
        if (token > 0) {
          hold(opened, source);
        }
      } catch (StoreUnavailable e) {
        LOG.debug("{} waits for the store", source.name());
      } catch (RuntimeException e) {
        LOG.error("{} failed", source.name(), e);
      }
      rest();
    }
  }

  private void rest() {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(500, 2000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void hold(Accounts.Opened opened, Source source) {
    Leased intake = new Leased(opened, source.name());
    Thread runner =
        Thread.ofVirtual()
            .name(source.name())
            .start(
                () -> {
                  try {
                    source.run(intake);
                  } catch (InterruptedException | Source.LostLease e) {
                    LOG.debug("{} stops", source.name());
                  } catch (Exception e) {
                    LOG.warn("{} ended: {}", source.name(), e.toString());
                  }
                });
    running.add(runner);
    try {
      while (!closed && !runner.join(Duration.ofMillis(RENEW_MS))) {
        if (lease.source(source.name(), node, LEASE_MS).await() == 0) {
          intake.lost = true;
          break;
        }
      }
    } catch (StoreUnavailable e) {
      intake.lost = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      intake.lost = true;
      runner.interrupt();
      running.remove(runner);
    }
  }

  private final class Leased implements Source.Intake {
    private final Accounts.Opened opened;
    private final String source;
    volatile boolean lost;

    Leased(Accounts.Opened opened, String source) {
      this.opened = opened;
      this.source = source;
    }

    private <T extends @Nullable Object> T ask(Future<T> answer) {
      if (lost) {
        throw new Source.LostLease(source);
      }
      return answer.await();
    }

    @Override
    public @Nullable String cursor() {
      return ask(lease.cursor(source));
    }

    @Override
    public void saveCursor(String cursor) {
      ask(lease.saveCursor(source, cursor));
    }

    @Override
    public boolean known(String key) {
      return ask(lease.outcome(source, key)) != null;
    }

    @Override
    public void receive(List<Inbound> items) {
      Promise<@Nullable Void> done = Promise.promise();
      context.runOnContext(
          _ ->
              reception
                  .receive(opened.workspace(), opened.type(), source, items)
                  .onComplete(
                      r -> {
                        if (r.succeeded()) {
                          done.complete();
                        } else {
                          done.fail(r.cause());
                        }
                      }));
      ask(done.future());
    }

    @Override
    public void account(String key, String outcome) {
      ask(lease.account(source, key, outcome));
    }
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(Thread::interrupt);
    threads.shutdownNow();
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
