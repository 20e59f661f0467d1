package dev.hilo.channel.telegram;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates of one bot, one in each call. A header proves where they come from; the body is not
 * signed.
 */
final class TelegramWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(TelegramWebhook.class);

  private final String secret;
  private final String bot;

  TelegramWebhook(TelegramSettings settings) {
    secret = settings.secretToken().value();
    bot = settings.accounts().getFirst().id();
  }

  @Override
  public Received receive(WebhookRequest request) {
    if (!Signature.same(secret, request.header("x-telegram-bot-api-secret-token"))) {
      return new Received.Refused(401, "header x-telegram-bot-api-secret-token is not ours");
    }
    try {
      Payload update = Payload.object(request.body());
      if (update.number("update_id", -1) < 0) {
        return new Received.Refused(400, "update_id: expected a number");
      }
      return new Received.Accepted(items(update), reply(update));
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private List<Inbound> items(Payload update) {
    var events = new TelegramEvents(bot);
    for (String kind : update.fields()) {
      Payload body = update.at(kind);
      if (body.node().isObject()) {
        try {
          return events.of(kind, body, update.number("update_id", 0));
        } catch (IllegalArgumentException e) {
          LOG.debug("an update is left out: {} is missing or wrong", e.getMessage());
        }
      }
    }
    return List.of();
  }

  /** A reply may be a call: it stops the clock that the customer's button shows. */
  private static Reply reply(Payload update) {
    String query = update.at("callback_query").id("id");
    if (query == null) {
      return Reply.OK;
    }
    var call =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", "answerCallbackQuery")
            .put("callback_query_id", query);
    return new Reply(200, "application/json", call.toString());
  }
}
