package dev.hilo.load.peer;

import dev.hilo.load.process.Waiting;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A dashboard that watches all open conversations. */
public final class Inbox implements AutoCloseable, WebSocket.Listener {
  private final Map<String, Long> frames = new ConcurrentHashMap<>();
  private final StringBuilder frame = new StringBuilder();
  private final HttpClient http = HttpClient.newHttpClient();
  private WebSocket socket;

  @SuppressWarnings("NullAway.Init") // the socket is there once it watches
  private Inbox() {}

  /** Signs in as Ana, who must have been signed in before, and waits for the rows. */
  public static Inbox watch(Gateway gateway) {
    Inbox inbox = new Inbox();
    String ticket = gateway.ticket().join();
    inbox.socket =
        inbox
            .http
            .newWebSocketBuilder()
            .subprotocols("hilo.v1")
            .header("Origin", gateway.http().toString())
            .buildAsync(gateway.live(), inbox)
            .join();
    inbox.send("{\"type\":\"hello\",\"ticket\":\"" + ticket + "\"}");
    inbox.shown("\"type\":\"welcome\"");
    inbox.send("{\"type\":\"watch\",\"topic\":\"inbox\",\"view\":{\"filter\":\"open\"}}");
    inbox.shown("\"type\":\"rows\"");
    return inbox;
  }

  private void send(String text) {
    socket.sendText(text, true).join();
  }

  /** When the first frame with this text came, ns. */
  public long shown(String text) {
    Waiting.until("a frame with " + text, Duration.ofSeconds(30), () -> find(text) != 0);
    return find(text);
  }

  private long find(String text) {
    return frames.entrySet().stream()
        .filter(e -> e.getKey().contains(text))
        .mapToLong(Map.Entry::getValue)
        .min()
        .orElse(0);
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    frame.append(data);
    if (last) {
      frames.putIfAbsent(frame.toString(), System.nanoTime());
      frame.setLength(0);
    }
    from.request(1);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
