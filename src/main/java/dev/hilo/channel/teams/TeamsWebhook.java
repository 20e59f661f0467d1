package dev.hilo.channel.teams;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One activity in each call, with a token that says for which bot and from which server. */
final class TeamsWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(TeamsWebhook.class);

  private final TeamsSettings settings;
  private final TeamsKeys keys;

  TeamsWebhook(TeamsSettings settings, TeamsKeys keys) {
    this.settings = settings;
    this.keys = keys;
  }

  @Override
  public Future<Void> prepared(WebhookRequest request) {
    var token = TeamsToken.of(request.header("authorization"));
    return token == null || token.kid() == null
        ? Future.succeededFuture()
        : keys.ready(token.kid());
  }

  @Override
  public Received receive(WebhookRequest request) {
    var token = TeamsToken.of(request.header("authorization"));
    if (token == null) {
      return new Received.Refused(401, "expected a bearer token of the Bot Framework");
    }
    String kid = token.kid();
    var key = kid == null ? null : keys.find(kid);
    if (key == null && kid != null && keys.isEmpty()) {
      return new Received.Refused(503, "Microsoft's keys could not be fetched yet");
    }
    if (key == null) {
      return new Received.Refused(403, "the token is not signed by a key that is known");
    }
    String fault = token.fault(key, settings.issuer(), settings.appId(), request.now());
    if (fault != null) {
      return new Received.Refused(403, "the token's " + fault + " is wrong");
    }
    Payload activity;
    try {
      activity = Payload.object(request.body());
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
    String server = token.claims().id("serviceurl");
    if (server == null || !server.equals(activity.text("serviceUrl"))) {
      return new Received.Refused(403, "serviceUrl is not the one of the token");
    }
    String channel = activity.text("channelId");
    if (channel == null || !key.endorsements().contains(channel)) {
      return new Received.Refused(403, "the token's key does not speak for this channelId");
    }
    return new Received.Accepted(items(activity), reply(activity));
  }

  private List<Inbound> items(Payload activity) {
    try {
      return new TeamsEvents(settings, activity).all();
    } catch (IllegalArgumentException e) {
      LOG.debug("an activity is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }

  /** Of an invoke the reply is the answer that the customer's app waits for. */
  private static Reply reply(Payload activity) {
    if (!"invoke".equals(activity.text("type"))) {
      return Reply.OK;
    }
    var answer = JsonNodeFactory.instance.objectNode();
    if ("adaptiveCard/action".equals(activity.text("name"))) {
      answer
          .put("statusCode", 200)
          .put("type", "application/vnd.microsoft.activity.message")
          .put("value", "OK");
    }
    return new Reply(200, "application/json", answer.toString());
  }
}
