package dev.hilo.live;

import org.jspecify.annotations.Nullable;

/**
 * The far end of one session: frames leave in order, and it says when it holds enough of them. Used
 * on the session's event loop only.
 */
interface Outlet {
  /** Sends a frame at the end of this turn of the loop; the caller still closes {@code frame}. */
  void send(Encoded frame);

  /** Sends a sign of life, and asks for one where the peer would not give it by itself. */
  void beat();

  /** True while more waits to be sent than should. */
  boolean full();

  /** True if the peer took something since the last call. */
  boolean progressed();

  /** Hands no further frame to the session until {@link #resume}. */
  void pause();

  void resume();

  /** What the peer's frames come with where they take another way in; null where they do not. */
  @Nullable String key();

  /** False once it is closing or closed: nothing is sent any more. */
  boolean open();

  /** Ends it with a reason that the peer gets to see; what was sent before still leaves. */
  void close(CloseCode code);
}
