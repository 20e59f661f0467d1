package dev.hilo.live;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one turn of an event loop writes is sent at its end, with one system call for each socket.
 */
final class Turn {
  private final EventLoop loop;
  private final Deque<WebSocketOutlet> written = new ArrayDeque<>();

  Turn(EventLoop loop) {
    this.loop = loop;
  }

  /** Something was written here; to be called once until the flush. */
  void written(WebSocketOutlet socket) {
    if (written.isEmpty()) {
      loop.execute(this::end);
    }
    written.add(socket);
  }

  private void end() {
    for (int left = written.size(); left > 0; left--) {
      written.remove().flush();
    }
    if (!written.isEmpty()) {
      loop.execute(this::end);
    }
  }
}
