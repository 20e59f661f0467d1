package dev.hilo.live;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Frames as server-sent events, for those whose network lets no WebSocket through; theirs come in
 * by {@link Posts}.
 */
final class EventStreamOutlet implements Outlet {
  private static final Buffer BEAT = Buffer.buffer("data: {\"type\":\"beat\"}\n\n");
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_HELD_BYTES = 256 * 1024;

  private final HttpServerResponse response;
  private final Context context;
  private final Posts posts;
  private final String key;
  private final Deque<byte[]> held = new ArrayDeque<>();
  private @Nullable Session session;
  private String lastPost = "";
  private int heldBytes;
  private boolean paused;
  private boolean closing;

  /** {@code response}: its head is set and not yet sent. */
  EventStreamOutlet(HttpServerResponse response, Context context, Posts posts) {
    this.response = response;
    this.context = context;
    this.posts = posts;
    this.key = posts.open(this);
    response.setWriteQueueMaxSize(Session.QUEUE_BYTES);
    response.exceptionHandler(_ -> gone());
    response.closeHandler(_ -> gone());
    write(Buffer.buffer(":\n\n")); // so that proxies let the head pass
  }

  /** From now on everything that comes in is this session's; {@code hello} came already. */
  void carries(Session mine, byte[] hello) {
    session = mine;
    response.drainHandler(_ -> mine.drained());
    mine.received(hello);
  }

  Context context() {
    return context;
  }

  @Override
  public String key() {
    return key;
  }

  // ---- out

  private void write(Buffer event) {
    response.write(event).onFailure(_ -> gone());
  }

  @Override
  public void send(Encoded frame) {
    if (!closing) {
      ByteBuf json = frame.json();
      int end = DATA.length + json.readableBytes();
      byte[] event = Arrays.copyOf(DATA, end + 2);
      json.readBytes(event, DATA.length, end - DATA.length);
      event[end] = '\n';
      event[end + 1] = '\n';
      write(Buffer.buffer(event));
    }
  }

  @Override
  public void beat() {
    if (!closing) {
      write(BEAT);
    }
  }

  @Override
  public boolean full() {
    return !closing && response.writeQueueFull();
  }

  @Override
  public boolean progressed() {
    return false; // its posts, and the drained queue, say that it lives
  }

  @Override
  public boolean open() {
    return !closing;
  }

  @Override
  public void close(CloseCode code) {
    if (!closing) {
      closing = true;
      response
          .end(
              "event: close\ndata: {\"code\":"
                  + code.code()
                  + ",\"reason\":\""
                  + code.reason()
                  + "\"}\n\n")
          .onComplete(_ -> gone());
    }
  }

  private void gone() {
    closing = true;
    posts.close(key);
    held.clear();
    Session mine = session;
    session = null;
    if (mine != null) {
      mine.closed();
    }
  }

  // ---- in

  /**
   * Takes what was posted, unless that is more than may wait.
   *
   * @param number tells a post that another node passed on from its repetition; or empty
   * @param frames one a line
   */
  Posts.Outcome posted(String number, byte[] frames) {
    if (closing) {
      return Posts.Outcome.GONE;
    }
    if (!number.isEmpty() && number.equals(lastPost)) {
      return Posts.Outcome.TAKEN;
    }
    if (!held.isEmpty() && heldBytes + frames.length > MOST_HELD_BYTES) {
      return Posts.Outcome.FULL;
    }
    lastPost = number;
    int from = 0;
    for (int i = 0; i <= frames.length; i++) {
      if (i == frames.length || frames[i] == '\n') {
        if (i > from) {
          byte[] frame = Arrays.copyOfRange(frames, from, i);
          held.add(frame);
          heldBytes += frame.length;
        }
        from = i + 1;
      }
    }
    hand();
    return Posts.Outcome.TAKEN;
  }

  private void hand() {
    while (!paused && !held.isEmpty() && session != null) {
      byte[] frame = held.remove();
      heldBytes -= frame.length;
      session.received(frame);
    }
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    hand();
  }
}
