package dev.hilo.store;

import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one context is to hear from a {@link Feed}, in order: at once if it shares the feed's event
 * loop; else all that came in at once goes over in one hop.
 */
@SuppressWarnings("ReferenceEquality") // an event loop is the other or is not
final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  private final ContextInternal to;
  private final boolean direct;
  private List<Runnable> news = new ArrayList<>();

  Mailbox(ContextInternal to, ContextInternal from) {
    this.to = to;
    this.direct = to.nettyEventLoop() == from.nettyEventLoop();
  }

  /** True if this is the first that waits for {@link #send}. */
  boolean put(Runnable call) {
    if (direct) {
      to.dispatch(() -> run(call));
      return false;
    }
    news.add(call);
    return news.size() == 1;
  }

  void send() {
    List<Runnable> all = news;
    news = new ArrayList<>();
    to.execute(all, each -> each.forEach(Mailbox::run));
  }

  private static void run(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("what a channel said was not taken", e);
    }
  }
}
