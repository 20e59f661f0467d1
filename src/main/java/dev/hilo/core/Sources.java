package dev.hilo.core;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Source;
import dev.hilo.store.Lease;
import dev.hilo.store.StoreUnavailable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what must be polled, each source on a virtual thread and on one node at a time: a lease with
 * a rising token says on which. Listeners run on every node.
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
  private final String first;
  private final Map<String, Running> running = new HashMap<>();
  private volatile boolean closed;

  /**
   * @param context the event loop that {@code reception} belongs to
   * @param first the workspace whose sources are known to the store by their own name only
   */
  public Sources(
      String node,
      Lease lease,
      Accounts accounts,
      Reception reception,
      Context context,
      String first) {
    this.node = node;
    this.lease = lease;
    this.accounts = accounts;
    this.reception = reception;
    this.context = context;
    this.first = first;
  }

  /** From now on the sources of all open channels run, as they come and go. */
  public void start() {
    accounts.listen(
        new Accounts.Listener() {
          @Override
          public void opened(Accounts.Opened opened) {
            opened.channel().sources().forEach(source -> run(opened, source));
          }

          @Override
          public void gone(Accounts.Opened opened) {
            synchronized (running) {
              running.values().stream().filter(r -> r.opened == opened).forEach(Running::stop);
            }
          }
        });
  }

  private void run(Accounts.Opened opened, Source source) {
    String name =
        opened.workspace().equals(first) ? source.name() : opened.workspace() + "/" + source.name();
    synchronized (running) {
      if (closed) {
        return;
      }
      Running now = new Running(opened, source, name, running.get(name));
      running.put(name, now);
      now.thread.start();
    }
  }

  /** One source, from the time its channel is opened until it is gone. */
  private final class Running {
    private final Accounts.Opened opened;
    private final Source source;
    private final String name;
    private final Thread thread;
    private @Nullable Running before;
    private volatile boolean stopped;

    /** {@code before}: what had the name; it ends first. */
    Running(Accounts.Opened opened, Source source, String name, @Nullable Running before) {
      this.opened = opened;
      this.source = source;
      this.name = name;
      this.before = before;
      this.thread = Thread.ofVirtual().name(name).unstarted(this::live);
    }

    private void live() {
      try {
        if (before != null) {
          before.thread.join();
          before = null;
        }
        keep();
      } catch (InterruptedException e) {
        LOG.debug("{} stops", name);
      } finally {
        synchronized (running) {
          running.remove(name, this);
        }
      }
    }

    void stop() {
      stopped = true;
      thread.interrupt();
    }

    /** Tries for the lease and runs the source while it holds it. */
    private void keep() throws InterruptedException {
      while (!stopped) {
        try {
          if (source.everywhere()) {
            poll(new Leased(opened, name));
          } else if (lease.source(name, node, LEASE_MS).await() > 0) {
            hold();
          }
        } catch (StoreUnavailable e) {
          LOG.debug("{} waits for the store", name);
        } catch (RuntimeException e) {
          LOG.error("{} failed", name, e);
        }
        Thread.sleep(ThreadLocalRandom.current().nextLong(500, 2000));
      }
    }

    private void hold() throws InterruptedException {
      Leased intake = new Leased(opened, name);
      Thread runner = Thread.ofVirtual().name(name).start(() -> poll(intake));
      try {
        while (!stopped && !runner.join(Duration.ofMillis(RENEW_MS))) {
          if (lease.source(name, node, LEASE_MS).await() == 0) {
            opened.health().unknown(name);
            break;
          }
        }
      } catch (StoreUnavailable e) {
        LOG.debug("{} lost the store", name);
        opened.health().unknown(name);
      } finally {
        intake.lost = true;
        runner.interrupt();
        end(runner);
      }
    }

    private void poll(Leased intake) {
      try {
        source.run(intake);
      } catch (InterruptedException | Source.LostLease e) {
        LOG.debug("{} stops", name);
      } catch (Exception e) {
        LOG.warn("{} ended: {}", name, e.toString());
        opened.health().polled(name, "it ended unexpectedly and is started again");
      }
    }
  }

  /** Waits until it has ended, but not for ever: without a lease it can do nothing any more. */
  private static void end(Thread runner) {
    boolean interrupted = Thread.interrupted();
    try {
      if (!runner.join(Duration.ofSeconds(5))) {
        LOG.warn("{} does not end", runner.getName());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
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
      opened.health().heard();
    }

    @Override
    public void account(String key, String outcome) {
      ask(lease.account(source, key, outcome));
    }

    @Override
    public void park(String key, String why, @Nullable String blob) {
      account(key, "parked: " + why);
    }

    @Override
    public void connected() {
      opened.health().polled(source, null);
    }

    @Override
    public void trouble(String why) {
      if (!lost) {
        opened.health().polled(source, why);
      }
    }
  }

  @Override
  public void close() {
    List<Running> all;
    synchronized (running) {
      closed = true;
      all = List.copyOf(running.values());
    }
    all.forEach(Running::stop);
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    try {
      for (Running each : all) {
        each.thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
