package dev.hilo.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls a platform still owes the gateway, made one after the other by a virtual thread. While
 * the gateway cannot be reached or answers 5xx the first call waits and the others behind it; a
 * call that is refused otherwise goes to the end of the line, so that it cannot hold up the rest.
 * Both pause longer each time.
 */
final class WebhookQueue implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WebhookQueue.class);

  /**
   * @param id names what is told, for the platform's own use
   * @param since when it was first due, milliseconds
   */
  record Call(String id, String body, long since) {}

  /**
   * How a platform calls.
   *
   * @param taken the answers that count as taken
   * @param repeatEvery each so many-th call is made twice, as platforms do now and then; 0 for
   *     never
   * @param lifetime after which a call is given up
   */
  record Manner(
      IntPredicate taken,
      Duration firstPause,
      Duration lastPause,
      Duration lifetime,
      int repeatEvery) {}

  /** What the platform does around its calls. */
  interface Caller {
    /** True once calls may be made; asked before the first one, and again until it is. */
    boolean ready(HttpClient http, URI target) throws IOException, InterruptedException;

    Map<String, String> headers(byte[] body);

    /** {@code answer} is the gateway's body. */
    void taken(Call call, String answer);
  }

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final URI target;
  private final Manner manner;
  private final Caller caller;
  private final Deque<Call> calls = new ArrayDeque<>();
  private final Thread worker;
  private int made;

  WebhookQueue(String name, URI target, Manner manner, Caller caller, List<Call> kept) {
    this.target = target;
    this.manner = manner;
    this.caller = caller;
    calls.addAll(kept);
    worker = Thread.ofVirtual().name("demo-" + name).unstarted(this::work);
  }

  void start() {
    worker.start();
  }

  void add(String id, String body) {
    synchronized (calls) {
      calls.addLast(new Call(id, body, System.currentTimeMillis()));
      calls.notifyAll();
    }
  }

  List<Call> pending() {
    synchronized (calls) {
      return new ArrayList<>(calls);
    }
  }

  private void work() {
    try {
      for (Duration pause = manner.firstPause(); !ready(); pause = longer(pause)) {
        Thread.sleep(pause);
      }
      Duration pause = manner.firstPause();
      while (!Thread.interrupted()) {
        Call call = head();
        int status = post(call);
        if (manner.taken().test(status)) {
          pause = manner.firstPause();
        } else {
          putOff(call, status);
          Thread.sleep(pause);
          pause = longer(pause);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean ready() throws InterruptedException {
    try {
      return caller.ready(http, target);
    } catch (IOException e) {
      return false;
    }
  }

  private Call head() throws InterruptedException {
    synchronized (calls) {
      while (true) {
        Call first = calls.peekFirst();
        if (first == null) {
          calls.wait();
        } else if (System.currentTimeMillis() - first.since() > manner.lifetime().toMillis()) {
          calls.removeFirst();
          log.warn("a call was given up after {}", manner.lifetime());
        } else {
          return first;
        }
      }
    }
  }

  private void putOff(Call call, int status) {
    if (status >= 400 && status < 500) {
      synchronized (calls) {
        calls.removeFirst();
        calls.addLast(call);
      }
    }
  }

  private Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(manner.lastPause()) > 0 ? manner.lastPause() : twice;
  }

  /** The gateway's status, 0 if there is none. */
  private int post(Call call) throws InterruptedException {
    HttpResponse<String> answer = attempt(call);
    if (answer == null) {
      return 0;
    }
    if (manner.taken().test(answer.statusCode())) {
      synchronized (calls) {
        calls.removeFirst();
      }
      caller.taken(call, answer.body());
      if (manner.repeatEvery() > 0 && ++made % manner.repeatEvery() == 0) {
        attempt(call);
      }
    }
    return answer.statusCode();
  }

  private @Nullable HttpResponse<String> attempt(Call call) throws InterruptedException {
    byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
    var request =
        HttpRequest.newBuilder(target)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    caller.headers(body).forEach(request::header);
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    worker.interrupt();
    try {
      if (worker.isAlive()) {
        worker.join(Duration.ofSeconds(5));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.shutdownNow();
  }
}
