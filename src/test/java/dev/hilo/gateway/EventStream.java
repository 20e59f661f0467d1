package dev.hilo.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of the event stream, as a page where WebSockets are blocked: the first frame opens it,
 * later ones are posted one after the other, to this node or another.
 */
final class EventStream implements SocketClient.Carrier {
  private final Context context;
  private final HttpClient client;
  private final URI stream;
  private final URI posts;
  private final Consumer<String> received;
  private final Consumer<@Nullable Short> ended;
  private final Deque<String> waiting = new ArrayDeque<>();
  private @Nullable HttpClientResponse answer;
  private String rest = "";
  private String key = "";
  private boolean begun;
  private boolean posting;
  private boolean over;

  EventStream(
      Vertx vertx,
      URI stream,
      URI posts,
      Consumer<String> received,
      Consumer<@Nullable Short> ended) {
    this.context = vertx.getOrCreateContext();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setReceiveBufferSize(64 * 1024), new PoolOptions());
    this.stream = stream;
    this.posts = posts;
    this.received = received;
    this.ended = ended;
  }

  private static RequestOptions call(URI node, String path) {
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setHost("127.0.0.1")
        .setPort(node.getPort())
        .setURI(path);
  }

  @Override
  public void send(String frame) {
    context.runOnContext(
        _ -> {
          if (begun) {
            waiting.add(frame);
            post();
          } else {
            begun = true;
            client
                .request(call(stream, "/live/stream"))
                .compose(request -> request.send(frame))
                .onSuccess(this::open)
                .onFailure(_ -> end(null));
          }
        });
  }

  private void open(HttpClientResponse response) {
    answer = response;
    response.handler(this::read);
    response.endHandler(_ -> end(null));
    response.exceptionHandler(_ -> end(null));
  }

  private void read(Buffer chunk) {
    String[] events = (rest + chunk).split("\n\n", -1);
    rest = events[events.length - 1];
    for (int i = 0; i < events.length - 1; i++) {
      int data = events[i].indexOf("data: ");
      if (data >= 0) {
        take(events[i].substring(data + 6), events[i].startsWith("event: close"));
      }
    }
  }

  private void take(String frame, boolean close) {
    if (close) {
      end((short) Rest.json(frame).path("code").asInt());
      return;
    }
    if (key.isEmpty()) {
      key = Rest.json(frame).path("push").asText();
    }
    received.accept(frame);
    post();
  }

  private void post() {
    if (posting || key.isEmpty() || waiting.isEmpty() || over) {
      return;
    }
    posting = true;
    String frames = String.join("\n", waiting);
    waiting.clear();
    client
        .request(call(posts, "/live/frames").putHeader("Hilo-Push", key))
        .compose(request -> request.send(frames))
        .onSuccess(
            response -> {
              posting = false;
              if (response.statusCode() == 202) {
                post();
              } else {
                end(null);
              }
            })
        .onFailure(_ -> end(null));
  }

  private void end(@Nullable Short code) {
    if (!over) {
      over = true;
      ended.accept(code);
      client.close();
    }
  }

  @Override
  public void pause() {
    context.runOnContext(
        _ -> {
          if (answer != null) {
            answer.pause();
          }
        });
  }

  @Override
  public void resume() {
    context.runOnContext(
        _ -> {
          if (answer != null) {
            answer.resume();
          }
        });
  }

  @Override
  public void close() {
    context.runOnContext(_ -> end(null));
  }

  @Override
  public void cut() {
    close();
  }
}
