package dev.hilo.core;

import dev.hilo.channel.Source;
import dev.hilo.store.Lease;
import dev.hilo.store.Ledger;
import dev.hilo.store.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
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

  private final HeldSource.House house;
  private final Accounts accounts;
  private final Mailboxes mailboxes;
  private final Map<String, Running> running = new HashMap<>();
  private volatile boolean closed;

  /**
   * @param context the event loop that {@code reception} belongs to
   * @param mailboxes knows how the store calls a source
   */
  public Sources(
      String node,
      Lease lease,
      Ledger ledger,
      Accounts accounts,
      Reception reception,
      Context context,
      Mailboxes mailboxes,
      MeterRegistry meters) {
    this.house = new HeldSource.House(node, lease, ledger, reception, context, meters);
    this.accounts = accounts;
    this.mailboxes = mailboxes;
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
    String name = mailboxes.name(opened, source);
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
          if (holds()) {
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

    private boolean holds() {
      return source.everywhere() || house.lease().source(name, house.node(), LEASE_MS).await() > 0;
    }

    private void hold() throws InterruptedException {
      HeldSource held = new HeldSource(opened, source, name, house);
      Thread runner = Thread.ofVirtual().name(name).start(() -> poll(held));
      try {
        while (!stopped && !runner.join(Duration.ofMillis(RENEW_MS))) {
          if (!holds()) {
            opened.health().unknown(name);
            break;
          }
          held.renew();
        }
      } catch (StoreUnavailable e) {
        LOG.debug("{} lost the store", name);
        opened.health().unknown(name);
      } finally {
        held.lose();
        runner.interrupt();
        end(runner);
        held.end();
      }
    }

    private void poll(HeldSource intake) {
      try {
        source.run(intake);
      } catch (InterruptedException | Source.LostLease e) {
        LOG.debug("{} stops", name);
      } catch (Exception e) {
        LOG.warn("{} ended: {}", name, e.toString());
        intake.trouble("it ended unexpectedly and is started again");
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
