package dev.hilo.channel.webhook;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inbound half: our own small vocabulary, or CloudEvents 1.0 in each of their HTTP modes. */
final class StandardWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(StandardWebhook.class);

  private final Callers callers;
  private final String account;

  StandardWebhook(WebhookSettings settings) {
    callers = new Callers(settings);
    account = settings.account();
  }

  @Override
  public Received receive(WebhookRequest request) {
    if (request.method().equals("OPTIONS")) {
      return allowed(request);
    }
    return switch (callers.of(request)) {
      case Callers.Unknown(int status, String why) -> new Received.Refused(status, why);
      case Callers.Known caller -> {
        try {
          yield new Received.Accepted(items(caller, request), Reply.ACCEPTED);
        } catch (Payload.Malformed | CloudEvent.Invalid e) {
          yield new Received.Refused(400, String.valueOf(e.getMessage()));
        } catch (CloudEvent.Unsupported e) {
          yield new Received.Refused(415, String.valueOf(e.getMessage()));
        } catch (WebhookEvents.NotItself e) {
          yield new Received.Refused(403, String.valueOf(e.getMessage()));
        }
      }
    };
  }

  /** A sender asks whether it may send here (HTTP webhooks for CloudEvents 1.0, 4.1). */
  private static Received allowed(WebhookRequest request) {
    String origin = request.header("webhook-request-origin");
    return origin == null || !origin.matches("[A-Za-z0-9.*:/_-]{1,255}")
        ? new Received.Refused(400, "expected the header webhook-request-origin")
        : new Received.Answered(
            new Reply(
                200,
                "text/plain",
                "",
                Map.of(
                    "webhook-allowed-origin",
                    origin,
                    "webhook-allowed-rate",
                    "*",
                    "allow",
                    "POST")));
  }

  private List<Inbound> items(Callers.Known caller, WebhookRequest request)
      throws Payload.Malformed,
          CloudEvent.Invalid,
          CloudEvent.Unsupported,
          WebhookEvents.NotItself {
    var events = new WebhookEvents(account, caller);
    return switch (CloudEvent.Mode.of(request)) {
      case NONE -> List.of(events.of(Payload.object(request.body())));
      case BINARY -> List.of(events.of(CloudEvent.binary(request)));
      case STRUCTURED -> List.of(events.of(CloudEvent.structured(Payload.object(request.body()))));
      case BATCH -> batch(events, Payload.any(request.body()));
    };
  }

  /** One bad event does not spoil the others; nothing but bad ones is an error. */
  private static List<Inbound> batch(WebhookEvents events, Payload batch)
      throws CloudEvent.Invalid, WebhookEvents.NotItself {
    if (!batch.node().isArray()) {
      throw new CloudEvent.Invalid("expected a list of events");
    }
    var items = new ArrayList<Inbound>();
    List<Payload> all = batch.items();
    for (int i = 0; i < all.size(); i++) {
      try {
        items.add(events.of(CloudEvent.structured(all.get(i))));
      } catch (CloudEvent.Invalid e) {
        if (all.size() == 1) {
          throw e;
        }
        LOG.debug("[{}] is left out: {}", i, e.getMessage());
      }
    }
    if (items.isEmpty() && !all.isEmpty()) {
      throw new CloudEvent.Invalid("none of the events is valid");
    }
    return List.copyOf(items);
  }
}
