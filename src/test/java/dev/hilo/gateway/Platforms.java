package dev.hilo.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Signature;
import dev.hilo.testing.PlatformKeys;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * WhatsApp, Telegram and a program behind Standard Webhooks: what they send is signed, what they
 * are sent is refused unless it is what they would take.
 */
final class Platforms implements AutoCloseable {
  static final String WHATSAPP = "whatsapp";
  static final String TELEGRAM = "telegram";
  static final String WEBHOOK = "webhook";
  static final String NUMBER = "1001";

  static final String APP_SECRET = "app-secret-of-the-test";
  static final String ACCESS = "access-token-of-the-number";

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final List<Sent> calls = new ArrayList<>();
  private final Map<String, Deque<Consumer<HttpServerResponse>>> scripts = new HashMap<>();

  /**
   * One message as a platform got it.
   *
   * @param id by which the platform may know a repeat
   * @param taken answered as accepted, and as which message
   */
  record Sent(String channel, String to, String text, String id, @Nullable String taken) {}

  /** A call of a platform to us. */
  record Delivery(String path, String body, Map<String, String> headers) {
    Delivery with(String header, String value) {
      Map<String, String> changed = new HashMap<>(headers);
      changed.put(header, value);
      return new Delivery(path, body, changed);
    }

    Delivery without(String header) {
      Map<String, String> changed = new HashMap<>(headers);
      changed.remove(header);
      return new Delivery(path, body, changed);
    }
  }

  Platforms() {
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.body().onSuccess(b -> called(request, b.toString())))
            .listen(0, "127.0.0.1")
            .await();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** The blocks of the configuration, as a list in YAML. */
  String channels() {
    return """
    - type: whatsapp
      endpoint: wa
      app-secret: %s
      verify-token: verify
      base-url: %s
      accounts: [{id: "%s", name: Shop, token: %s}]
    """
            .formatted(APP_SECRET, url(), NUMBER, ACCESS)
        + PlatformKeys.channels(url().toString());
  }

  // ---- what they are sent

  private void called(HttpServerRequest request, String text) {
    JsonNode body = Rest.json(text);
    String path = request.path();
    String channel =
        path.startsWith("/bot") ? TELEGRAM : path.equals("/hooks") ? WEBHOOK : WHATSAPP;
    Sent sent =
        switch (channel) {
          case WHATSAPP ->
              new Sent(
                  channel,
                  body.path("to").asText().substring(1),
                  body.at("/text/body").asText(),
                  body.path("biz_opaque_callback_data").asText(),
                  null);
          case TELEGRAM ->
              new Sent(
                  channel, body.path("chat_id").asText(), body.path("text").asText(), "", null);
          default ->
              new Sent(
                  channel,
                  body.at("/data/recipient/id").asText(),
                  body.at("/data/text").asText(),
                  request.getHeader("webhook-id"),
                  null);
        };
    String fault = fault(channel, request, text, body);
    synchronized (this) {
      if (body.at("/data/attachments/0").isObject()) {
        filesSent.putIfAbsent(sent.to, body.at("/data/attachments/0"));
      }
      Consumer<HttpServerResponse> script =
          scripts.getOrDefault(channel, new ArrayDeque<>()).poll();
      if (fault != null) {
        calls.add(sent);
        request.response().setStatusCode(400).end(fault);
      } else if (script != null) {
        calls.add(sent);
        script.accept(request.response());
      } else {
        String id = "out." + channel + "." + (calls.size() + 1);
        calls.add(new Sent(channel, sent.to, sent.text, sent.id, id));
        request.response().end(accepted(channel, id, calls.size()));
      }
      notifyAll();
    }
  }

  private static String accepted(String channel, String id, int number) {
    return switch (channel) {
      case WHATSAPP -> "{\"messages\":[{\"id\":\"" + id + "\"}]}";
      case TELEGRAM -> "{\"ok\":true,\"result\":{\"message_id\":" + number + "}}";
      default -> "{\"id\":\"" + id + "\"}";
    };
  }

  private static @Nullable String fault(
      String channel, HttpServerRequest request, String text, JsonNode body) {
    boolean right =
        switch (channel) {
          case WHATSAPP ->
              request.path().equals("/v26.0/" + NUMBER + "/messages")
                  && ("Bearer " + ACCESS).equals(request.getHeader("authorization"))
                  && body.path("messaging_product").asText().equals("whatsapp")
                  && body.path("to").asText().matches("\\+\\d+")
                  && !body.at("/text/body").asText().isEmpty();
          case TELEGRAM ->
              request.path().equals("/bot" + PlatformKeys.BOT_TOKEN + "/sendMessage")
                  && body.path("chat_id").isIntegralNumber();
          default ->
              PlatformKeys.signature(
                      request.getHeader("webhook-id"), request.getHeader("webhook-timestamp"), text)
                  .equals(request.getHeader("webhook-signature"));
        };
    return right ? null : "{\"error\":{\"code\":100,\"message\":\"Invalid parameter\"}}";
  }

  private final Map<String, JsonNode> filesSent = new HashMap<>();

  /** The first file that the program behind Standard Webhooks got for somebody. */
  synchronized JsonNode awaitFile(String to) throws InterruptedException {
    long end = System.currentTimeMillis() + Nodes.PATIENCE.toMillis();
    while (!filesSent.containsKey(to)) {
      long left = end - System.currentTimeMillis();
      if (left <= 0) {
        throw new AssertionError("no file for " + to);
      }
      wait(left);
    }
    return filesSent.get(to);
  }

  /** How the next call on a channel is answered instead of being taken. */
  synchronized void next(String channel, int status, String body, String... headers) {
    next(
        channel,
        response -> {
          for (int i = 0; i < headers.length; i += 2) {
            response.putHeader(headers[i], headers[i + 1]);
          }
          response.setStatusCode(status).end(body);
        });
  }

  /** {@code answer} gets the response to the next call on a channel, to be ended when it likes. */
  synchronized void next(String channel, Consumer<HttpServerResponse> answer) {
    scripts.computeIfAbsent(channel, _ -> new ArrayDeque<>()).add(answer);
  }

  static void accept(HttpServerResponse response, String channel, String id) {
    response.end(accepted(channel, id, 1));
  }

  /** Every call for one person, in the order they came. */
  synchronized List<Sent> calls(String channel, String to) {
    return calls.stream().filter(s -> s.channel.equals(channel) && s.to.equals(to)).toList();
  }

  /** Waits until the calls for one person satisfy {@code wanted}, and gives them. */
  synchronized List<Sent> await(String channel, String to, Predicate<List<Sent>> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
    while (!wanted.test(calls(channel, to))) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("not within " + Nodes.PATIENCE + ": " + calls(channel, to));
      }
      wait(left);
    }
    return calls(channel, to);
  }

  /** Waits until a text was taken for one person. */
  Sent taken(String channel, String to, String text) throws InterruptedException {
    Predicate<Sent> it = s -> s.taken != null && s.text.equals(text);
    return await(channel, to, all -> all.stream().anyMatch(it)).stream()
        .filter(it)
        .findFirst()
        .orElseThrow();
  }

  // ---- what they send

  Delivery whatsapp(String from, String id, String text) {
    return whatsapp(NUMBER, from, id, text, Instant.now());
  }

  Delivery whatsapp(String number, String from, String id, String text, Instant at) {
    return whatsappMessage(
        number,
        from,
        Rest.object(
            "from",
            from,
            "id",
            id,
            "timestamp",
            Long.toString(at.getEpochSecond()),
            "type",
            "text",
            "text",
            Rest.object("body", text)));
  }

  Delivery whatsappMessage(String number, String from, JsonNode message) {
    var value =
        Rest.object(
            "messaging_product", "whatsapp",
            "metadata", Rest.object("phone_number_id", number),
            "contacts",
                Rest.array(Rest.object("wa_id", from, "profile", Rest.object("name", "P" + from))),
            "messages", Rest.array(message));
    return whatsapp(value);
  }

  Delivery whatsappStatus(String to, String message, String status) {
    return whatsappStatus(to, message, status, null);
  }

  /** {@code correlation}: our id, as we sent it along, or null. */
  Delivery whatsappStatus(String to, String message, String status, @Nullable String correlation) {
    return whatsapp(
        Rest.object(
            "messaging_product", "whatsapp",
            "metadata", Rest.object("phone_number_id", NUMBER),
            "statuses",
                Rest.array(
                    Rest.object(
                        "id",
                        message,
                        "status",
                        status,
                        "timestamp",
                        Long.toString(Instant.now().getEpochSecond()),
                        "recipient_id",
                        to,
                        "biz_opaque_callback_data",
                        correlation))));
  }

  private static Delivery whatsapp(JsonNode value) {
    var change = Rest.object("field", "messages", "value", value);
    var entry = Rest.object("id", "1", "changes", Rest.array(change));
    return signedWhatsapp(
        Rest.object("object", "whatsapp_business_account", "entry", Rest.array(entry)).toString());
  }

  static Delivery signedWhatsapp(String body) {
    byte[] mac =
        Signature.hmacSha256(
            APP_SECRET.getBytes(StandardCharsets.UTF_8), body.getBytes(StandardCharsets.UTF_8));
    return new Delivery(
        "/webhooks/wa",
        body,
        Map.of("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac)));
  }

  Delivery telegram(long chat, long update, String text) {
    var person = Rest.object("id", chat, "first_name", "P" + chat);
    var message =
        Rest.object(
            "message_id", update,
            "date", Instant.now().getEpochSecond(),
            "chat", Rest.object("id", chat, "type", "private"),
            "from", person,
            "text", text);
    return new Delivery(
        "/webhooks/tg",
        Rest.object("update_id", update, "message", message).toString(),
        PlatformKeys.telegram());
  }

  Delivery webhook(String from, String id, String text) {
    var data = Rest.object("id", id, "sender", Rest.object("id", from), "text", text);
    return signedWebhook(
        "wh-" + id,
        Rest.object("type", "message.created", "timestamp", Instant.now().toString(), "data", data)
            .toString());
  }

  static Delivery signedWebhook(String id, String body) {
    return new Delivery("/webhooks/hook", body, PlatformKeys.webhook(id, body));
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
