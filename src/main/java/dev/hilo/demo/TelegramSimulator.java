package dev.hilo.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Telegram between the customer's phone and the gateway: the Bot API on 127.0.0.1 for one bot, and
 * its updates. Any thread; calls may block for a moment.
 */
final class TelegramSimulator implements AutoCloseable {
  private static final int PER_SECOND = 30;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Everything that outlives a restart. Button presses do not: they would be too old. */
  record Kept(
      List<ChatMessage> messages,
      boolean started,
      boolean blocked,
      long nextUpdate,
      long nextMessage,
      List<WebhookQueue.Call> pending) {}

  private final DemoSecrets secrets;
  private final URI gateway;
  private final JsonFile<Kept> file;
  private final ObjectMapper json;
  private final Clock clock;
  private final Feed feed;
  private final Chat chat;
  private final WebhookQueue updates;
  private final WebhookQueue presses;
  private final LoopbackServer server;
  private boolean started;
  private boolean blocked;
  private long nextUpdate;
  private long nextMessage;
  private long second;
  private int inSecond;

  TelegramSimulator(
      DemoSecrets secrets,
      URI gateway,
      JsonFile<Kept> file,
      WebhookQueue.Manner manner,
      Clock clock,
      Feed feed) {
    this.secrets = secrets;
    this.gateway = gateway.resolve("/webhooks/" + secrets.telegramEndpoint());
    this.file = file;
    this.json = file.json();
    this.clock = clock;
    this.feed = feed;
    Kept kept =
        file.read(
            () ->
                new Kept(
                    List.of(),
                    false,
                    false,
                    ThreadLocalRandom.current().nextLong(100_000_000, 900_000_000),
                    1,
                    List.of()));
    chat = new Chat("telegram", feed, kept.messages());
    started = kept.started();
    blocked = kept.blocked();
    nextUpdate = kept.nextUpdate();
    nextMessage = kept.nextMessage();
    updates = new WebhookQueue("telegram", this.gateway, manner, new Bot(), kept.pending());
    presses =
        new WebhookQueue(
            "telegram-presses",
            this.gateway,
            new WebhookQueue.Manner(
                manner.taken(),
                manner.firstPause(),
                manner.lastPause(),
                Duration.ofSeconds(150),
                manner.repeatEvery()),
            new Bot(),
            List.of());
    server = LoopbackServer.open(this::answer);
  }

  static WebhookQueue.Manner manner() {
    return new WebhookQueue.Manner(
        status -> status >= 200 && status < 300,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        Duration.ofHours(24),
        8);
  }

  void start() {
    updates.start();
    presses.start();
  }

  Map<String, Object> channel() {
    return Map.of(
        "type", "telegram",
        "endpoint", secrets.telegramEndpoint(),
        "secret-token", secrets.telegramSecretToken(),
        "base-url", server.url(),
        "accounts",
            List.of(
                Map.of(
                    "id", String.valueOf(DemoSecrets.BOT),
                    "name", TelegramEvents.BOT_NAME,
                    "token", secrets.telegramBotToken())));
  }

  String url() {
    return server.url();
  }

  /** What the phone shows. */
  synchronized Map<String, Object> picture() {
    return Map.of("messages", chat.messages(), "started", started, "blocked", blocked);
  }

  // The customer's thumb

  /** Null where she has not started the bot, or has blocked it. */
  synchronized @Nullable ChatMessage write(String text, @Nullable String replyTo) {
    if (!started || blocked) {
      return null;
    }
    return said(text, replyTo);
  }

  synchronized ChatMessage startBot() {
    started = true;
    stand();
    return said("/start", null);
  }

  synchronized void block(boolean on) {
    if (started && blocked != on) {
      blocked = on;
      stand();
      updates.add(
          "", update("my_chat_member", TelegramEvents.blocked(on, clock.millis())).toString());
      keep();
    }
  }

  /** Presses a button; false if there is none such. */
  synchronized boolean press(String messageId, String data) {
    ChatMessage asked = chat.find(messageId);
    if (asked == null || asked.option(data) == null) {
      return false;
    }
    String id = String.valueOf(ThreadLocalRandom.current().nextLong(1L << 60, Long.MAX_VALUE));
    presses.add(id, update("callback_query", TelegramEvents.press(id, asked, data)).toString());
    keep();
    return true;
  }

  private ChatMessage said(String text, @Nullable String replyTo) {
    ChatMessage answered = replyTo == null ? null : chat.find(replyTo);
    var shown =
        new ChatMessage(
            String.valueOf(nextMessage++),
            true,
            text,
            clock.millis(),
            ChatMessage.State.SENT,
            answered == null ? null : answered.text(),
            List.of(),
            null);
    chat.add(shown);
    ObjectNode message = TelegramEvents.message(shown);
    if (text.startsWith("/start")) {
      message
          .putArray("entities")
          .addObject()
          .put("offset", 0)
          .put("length", 6)
          .put("type", "bot_command");
    }
    if (answered != null) {
      message.set("reply_to_message", TelegramEvents.message(answered));
    }
    updates.add(shown.id(), update("message", message).toString());
    keep();
    return shown;
  }

  // The Bot API

  private LoopbackServer.Answer answer(LoopbackServer.Request request) {
    try {
      String[] path = request.path().split("/", -1);
      if (path.length != 3 || !path[1].matches("bot\\d+:[\\w-]+")) {
        throw new TelegramRules.Refused(404, "Not Found");
      }
      if (!path[1].equals("bot" + secrets.telegramBotToken())) {
        throw new TelegramRules.Refused(401, "Unauthorized");
      }
      JsonNode result = call(path[2], TelegramRules.parameters(request, json));
      ObjectNode answer = NODES.objectNode().put("ok", true);
      answer.set("result", result);
      return new LoopbackServer.Answer(200, answer.toString());
    } catch (TelegramRules.Refused e) {
      return e.answer();
    }
  }

  private synchronized JsonNode call(String method, ObjectNode parameters)
      throws TelegramRules.Refused {
    return switch (method.toLowerCase(Locale.ROOT)) {
      case "getme" -> TelegramEvents.bot();
      case "getwebhookinfo" ->
          NODES
              .objectNode()
              .put("url", gateway.toString())
              .put("has_custom_certificate", false)
              .put("pending_update_count", updates.pending().size());
      case "sendmessage" -> send(parameters);
      case "editmessagetext" -> edit(parameters);
      case "deletemessage" -> {
        chatId(parameters);
        ChatMessage message = own(parameters);
        chat.remove(message.id());
        keep();
        yield NODES.booleanNode(true);
      }
      case "sendchataction" -> {
        chatId(parameters);
        if (parameters.path("action").asText().isEmpty()) {
          throw TelegramRules.bad("wrong parameter action in request");
        }
        feed.publish("telegram", "typing", true);
        yield NODES.booleanNode(true);
      }
      case "answercallbackquery" -> {
        if (!parameters.path("callback_query_id").asText().matches("\\d+")) {
          throw TelegramRules.bad(
              "query is too old and response timeout expired or query ID is" + " invalid");
        }
        feed.publish("telegram", "answered", parameters.path("text").asText());
        yield NODES.booleanNode(true);
      }
      default -> throw new TelegramRules.Refused(404, "Not Found");
    };
  }

  private JsonNode send(ObjectNode parameters) throws TelegramRules.Refused {
    chatId(parameters);
    String text = TelegramRules.text(parameters);
    List<ChatMessage.Option> buttons = TelegramRules.buttons(parameters, json);
    if (!parameters.path("business_connection_id").asText().isEmpty()) {
      throw TelegramRules.bad("business connection not found");
    }
    if (parameters.path("message_thread_id").asLong() != 0) {
      throw TelegramRules.bad("message thread not found");
    }
    String replyTo = TelegramRules.replyTo(parameters, json);
    ChatMessage answered = replyTo == null ? null : chat.find(replyTo);
    if (replyTo != null && answered == null && !TelegramRules.mayMissReply(parameters, json)) {
      throw TelegramRules.bad("message to be replied not found");
    }
    limit();
    var shown =
        new ChatMessage(
            String.valueOf(nextMessage++),
            false,
            text,
            clock.millis(),
            ChatMessage.State.DELIVERED,
            answered == null ? null : answered.text(),
            buttons,
            null);
    chat.add(shown);
    keep();
    return TelegramEvents.message(shown);
  }

  private JsonNode edit(ObjectNode parameters) throws TelegramRules.Refused {
    chatId(parameters);
    ChatMessage message = own(parameters);
    String text = TelegramRules.text(parameters);
    List<ChatMessage.Option> buttons = TelegramRules.buttons(parameters, json);
    if (message.text().equals(text) && message.options().equals(buttons)) {
      throw TelegramRules.bad(
          "message is not modified: specified new message content and reply markup are exactly the"
              + " same as a current content and reply markup of the message");
    }
    chat.change(message.id(), m -> m.edited(text, buttons));
    keep();
    return TelegramEvents.message(message.edited(text, buttons));
  }

  private ChatMessage own(ObjectNode parameters) throws TelegramRules.Refused {
    ChatMessage message = chat.find(parameters.path("message_id").asText());
    if (message == null || message.mine()) {
      throw TelegramRules.bad("message to edit not found");
    }
    return message;
  }

  private void chatId(ObjectNode parameters) throws TelegramRules.Refused {
    String id = parameters.path("chat_id").asText();
    if (id.isEmpty()) {
      throw TelegramRules.bad("chat_id is empty");
    }
    if (!id.equals(String.valueOf(TelegramEvents.CUSTOMER))) {
      throw TelegramRules.bad("chat not found");
    }
    if (!started) {
      throw new TelegramRules.Refused(
          403, "Forbidden: bot can't initiate conversation with a user");
    }
    if (blocked) {
      throw new TelegramRules.Refused(403, "Forbidden: bot was blocked by the user");
    }
  }

  private void limit() throws TelegramRules.Refused {
    long now = clock.millis() / 1000;
    inSecond = now == second ? inSecond + 1 : 1;
    second = now;
    if (inSecond > PER_SECOND) {
      throw new TelegramRules.Refused(429, "Too Many Requests: retry after 1", 1);
    }
  }

  // Updates

  private ObjectNode update(String kind, ObjectNode what) {
    ObjectNode update = NODES.objectNode().put("update_id", nextUpdate++);
    update.set(kind, what);
    return update;
  }

  private void stand() {
    feed.publish("telegram", "stand", Map.of("started", started, "blocked", blocked));
  }

  private void keep() {
    file.write(
        new Kept(chat.messages(), started, blocked, nextUpdate, nextMessage, updates.pending()));
  }

  private final class Bot implements WebhookQueue.Caller {
    @Override
    public boolean ready(HttpClient http, URI target) {
      return true;
    }

    @Override
    public Map<String, String> headers(byte[] body) {
      return Map.of("X-Telegram-Bot-Api-Secret-Token", secrets.telegramSecretToken());
    }

    /** The answer to an update may itself be a call. */
    @Override
    public void taken(WebhookQueue.Call call, String answer) {
      synchronized (TelegramSimulator.this) {
        chat.change(call.id(), m -> m.reached(ChatMessage.State.DELIVERED));
        keep();
        try {
          if (json.readTree(answer) instanceof ObjectNode method && method.has("method")) {
            String name = Objects.requireNonNull(method.remove("method")).asText();
            if (!name.startsWith("get")) {
              call(name, method);
            }
          }
        } catch (JsonProcessingException | TelegramRules.Refused e) {
          // the Bot API ignores what it cannot use here
          feed.publish("telegram", "ignored", "");
        }
      }
    }
  }

  @Override
  public void close() {
    updates.close();
    presses.close();
    server.close();
  }
}
