package dev.hilo.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * WhatsApp between the customer's phone and the gateway: the Cloud API on 127.0.0.1 for one
 * business number, and its webhooks. Any thread; calls may block for a moment.
 */
final class WhatsAppSimulator implements AutoCloseable {
  private static final Duration WINDOW = Duration.ofHours(24);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /**
   * Everything that outlives a restart. {@code heardAt}: when the customer last wrote, 0 for never.
   */
  record Kept(List<ChatMessage> messages, long heardAt, List<WebhookQueue.Call> pending) {}

  private final DemoSecrets secrets;
  private final JsonFile<Kept> file;
  private final ObjectMapper json;
  private final Clock clock;
  private final Feed feed;
  private final Chat chat;
  private final WebhookQueue webhooks;
  private final LoopbackServer server;
  private long heardAt;

  WhatsAppSimulator(
      DemoSecrets secrets,
      URI gateway,
      JsonFile<Kept> file,
      WebhookQueue.Manner manner,
      Clock clock,
      Feed feed) {
    this.secrets = secrets;
    this.file = file;
    this.json = file.json();
    this.clock = clock;
    this.feed = feed;
    Kept kept = file.read(() -> new Kept(List.of(), 0, List.of()));
    chat = new Chat("whatsapp", feed, kept.messages());
    heardAt = kept.heardAt();
    webhooks =
        new WebhookQueue(
            "whatsapp",
            gateway.resolve("/webhooks/" + secrets.whatsappEndpoint()),
            manner,
            new Meta(),
            kept.pending());
    server = LoopbackServer.open(this::answer);
  }

  static WebhookQueue.Manner manner() {
    return new WebhookQueue.Manner(
        status -> status == 200,
        Duration.ofMillis(500),
        Duration.ofSeconds(30),
        Duration.ofDays(7),
        6);
  }

  void start() {
    webhooks.start();
  }

  Map<String, Object> channel() {
    return Map.of(
        "type", "whatsapp",
        "endpoint", secrets.whatsappEndpoint(),
        "app-secret", secrets.whatsappAppSecret(),
        "verify-token", secrets.whatsappVerifyToken(),
        "base-url", server.url(),
        "version", "v26.0",
        "accounts",
            List.of(
                Map.of(
                    "id",
                    WhatsAppEvents.PHONE_NUMBER_ID,
                    "name",
                    "Alma Café",
                    "token",
                    secrets.whatsappAccessToken())));
  }

  String url() {
    return server.url();
  }

  /** What the phone shows. */
  synchronized Map<String, Object> picture() {
    return Map.of("messages", chat.messages(), "open", windowOpen());
  }

  // The customer's thumb

  synchronized ChatMessage write(String text, @Nullable String replyTo) {
    ObjectNode message = message("text", replyTo);
    message.putObject("text").put("body", text);
    return said(message, text, chat.textOf(replyTo));
  }

  /** Presses a button or picks a row; null if there is none such. */
  synchronized @Nullable ChatMessage choose(String messageId, String optionId) {
    ChatMessage asked = chat.find(messageId);
    ChatMessage.Option option = asked == null ? null : asked.option(optionId);
    if (asked == null || option == null) {
      return null;
    }
    ObjectNode message = message("interactive", messageId);
    boolean list = option.description() != null || asked.options().size() > 3;
    ObjectNode reply =
        message
            .putObject("interactive")
            .put("type", list ? "list_reply" : "button_reply")
            .putObject(list ? "list_reply" : "button_reply")
            .put("id", option.id())
            .put("title", option.title());
    if (option.description() != null) {
      reply.put("description", option.description());
    }
    return said(message, option.title(), asked.text());
  }

  /** The screen showed everything: blue ticks for the shop. */
  synchronized void look() {
    for (ChatMessage message : chat.messages()) {
      if (!message.mine() && message.state() != ChatMessage.State.READ) {
        chat.change(message.id(), m -> m.reached(ChatMessage.State.READ));
        status(message.id(), "read", null);
      }
    }
    keep();
  }

  /** Lets 24 hours pass for the rule about free messages. */
  synchronized void closeWindow() {
    heardAt = 0;
    feed.publish("whatsapp", "open", false);
    keep();
  }

  // The Cloud API

  private LoopbackServer.Answer answer(LoopbackServer.Request request) {
    try {
      String[] path = request.path().split("/", -1);
      if (path.length != 4
          || !path[1].matches("v\\d{1,2}\\.\\d")
          || !path[3].equals("messages")
          || !request.method().equals("POST")) {
        throw GraphError.unknownPath(request.path());
      }
      if (!("Bearer " + secrets.whatsappAccessToken()).equals(request.authorization())) {
        throw GraphError.token();
      }
      if (!path[2].equals(WhatsAppEvents.PHONE_NUMBER_ID)) {
        throw GraphError.unknownObject(path[2]);
      }
      JsonNode body = body(request);
      WhatsAppRules.check(body);
      return WhatsAppRules.isRead(body) ? read(body) : send(body);
    } catch (GraphError e) {
      return e.answer();
    }
  }

  private JsonNode body(LoopbackServer.Request request) throws GraphError {
    String type = request.contentType();
    if (type == null || !type.startsWith("application/json")) {
      throw GraphError.parameter("The parameter messaging_product is required.");
    }
    try {
      return json.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw GraphError.parameter("Invalid JSON payload");
    }
  }

  private synchronized LoopbackServer.Answer read(JsonNode body) throws GraphError {
    String id = body.path("message_id").asText();
    ChatMessage upTo = chat.find(id);
    if (upTo == null || !upTo.mine()) {
      throw GraphError.parameter("Invalid parameter: message_id");
    }
    for (ChatMessage message : chat.messages()) {
      if (message.mine() && message.at() <= upTo.at()) {
        chat.change(message.id(), m -> m.reached(ChatMessage.State.READ));
      }
    }
    keep();
    if (body.has("typing_indicator")) {
      feed.publish("whatsapp", "typing", true);
    }
    return new LoopbackServer.Answer(200, "{\"success\":true}");
  }

  private synchronized LoopbackServer.Answer send(JsonNode body) throws GraphError {
    String to = body.path("to").asText().replaceAll("[^0-9]", "");
    if (body.has("to")
        ? !to.equals(WhatsAppEvents.CUSTOMER)
        : !body.path("recipient").asText().equals(WhatsAppEvents.CUSTOMER_ID)) {
      throw GraphError.undeliverable();
    }
    String type = body.path("type").asText("text");
    if (!type.equals("template") && !windowOpen()) {
      throw GraphError.windowClosed();
    }
    String id = newId();
    if (type.equals("reaction")) {
      String emoji = body.path("reaction").path("emoji").asText();
      String target = body.path("reaction").path("message_id").asText();
      if (!chat.change(target, m -> m.reacted(emoji.isEmpty() ? null : emoji))) {
        throw GraphError.parameter("Invalid parameter: message_id");
      }
    } else {
      String quoted = chat.textOf(body.path("context").path("message_id").asText());
      chat.add(
          new ChatMessage(
              id,
              false,
              shown(body, type),
              clock.millis(),
              ChatMessage.State.DELIVERED,
              quoted,
              options(body.path("interactive").path("action")),
              null));
    }
    String tag = body.path("biz_opaque_callback_data").textValue();
    status(id, "sent", tag);
    status(id, "delivered", tag);
    keep();
    ObjectNode answer = NODES.objectNode().put("messaging_product", "whatsapp");
    ObjectNode contact = answer.putArray("contacts").addObject();
    contact.put("input", body.has("to") ? body.path("to").asText() : WhatsAppEvents.CUSTOMER_ID);
    contact.put("wa_id", WhatsAppEvents.CUSTOMER).put("user_id", WhatsAppEvents.CUSTOMER_ID);
    answer.putArray("messages").addObject().put("id", id).put("message_status", "accepted");
    return new LoopbackServer.Answer(200, answer.toString());
  }

  private static String shown(JsonNode body, String type) {
    JsonNode content = body.path(type);
    return switch (type) {
      case "text" -> content.path("body").asText();
      case "interactive" -> content.path("body").path("text").asText();
      case "template" -> {
        var words = new ArrayList<String>();
        content
            .path("components")
            .forEach(c -> c.path("parameters").forEach(p -> words.add(p.path("text").asText())));
        yield "[" + content.path("name").asText() + "] " + String.join(" · ", words);
      }
      default -> (content.path("caption").asText() + " " + content.path("link").asText()).strip();
    };
  }

  private static List<ChatMessage.Option> options(JsonNode action) {
    var options = new ArrayList<ChatMessage.Option>();
    for (JsonNode button : action.path("buttons")) {
      JsonNode reply = button.path("reply");
      options.add(
          new ChatMessage.Option(reply.path("id").asText(), reply.path("title").asText(), null));
    }
    for (JsonNode section : action.path("sections")) {
      for (JsonNode row : section.path("rows")) {
        options.add(
            new ChatMessage.Option(
                row.path("id").asText(),
                row.path("title").asText(),
                row.path("description").asText("")));
      }
    }
    return options;
  }

  private boolean windowOpen() {
    return clock.millis() - heardAt < WINDOW.toMillis();
  }

  // Webhooks

  private ObjectNode message(String type, @Nullable String replyTo) {
    return WhatsAppEvents.message(newId(), type, replyTo, clock.millis());
  }

  private ChatMessage said(ObjectNode message, String text, @Nullable String quoted) {
    String id = message.path("id").asText();
    var shown =
        new ChatMessage(
            id, true, text, clock.millis(), ChatMessage.State.SENT, quoted, List.of(), null);
    chat.add(shown);
    if (!windowOpen()) {
      feed.publish("whatsapp", "open", true);
    }
    heardAt = clock.millis();
    webhooks.add(id, WhatsAppEvents.payload("messages", message));
    keep();
    return shown;
  }

  private void status(String id, String status, @Nullable String tag) {
    webhooks.add("", WhatsAppEvents.status(id, status, tag, clock.millis()));
  }

  private static String newId() {
    byte[] random = new byte[21];
    RANDOM.nextBytes(random);
    return "wamid." + Base64.getEncoder().encodeToString(random);
  }

  private void keep() {
    file.write(new Kept(chat.messages(), heardAt, webhooks.pending()));
  }

  private final class Meta implements WebhookQueue.Caller {
    /** The handshake that Meta makes before it delivers to a callback URL. */
    @Override
    public boolean ready(HttpClient http, URI target) throws IOException, InterruptedException {
      String challenge = String.valueOf(RANDOM.nextInt(1_000_000_000));
      String query =
          "?hub.mode=subscribe&hub.challenge="
              + challenge
              + "&hub.verify_token="
              + URLEncoder.encode(secrets.whatsappVerifyToken(), StandardCharsets.UTF_8);
      var request =
          HttpRequest.newBuilder(URI.create(target + query)).timeout(Duration.ofSeconds(10));
      var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 && answer.body().equals(challenge);
    }

    @Override
    public Map<String, String> headers(byte[] body) {
      return Map.of("X-Hub-Signature-256", MetaWire.signature(secrets.whatsappAppSecret(), body));
    }

    @Override
    public void taken(WebhookQueue.Call call, String answer) {
      synchronized (WhatsAppSimulator.this) {
        chat.change(call.id(), m -> m.reached(ChatMessage.State.DELIVERED));
        keep();
      }
    }
  }

  @Override
  public void close() {
    webhooks.close();
    server.close();
  }
}
