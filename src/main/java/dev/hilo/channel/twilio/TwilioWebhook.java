package dev.hilo.channel.twilio;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Twilio's calls, a form each (or a URL, or signed JSON); answers in TwiML. */
final class TwilioWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(TwilioWebhook.class);
  private static final FormBody NONE = new FormBody(java.util.Map.of());
  private static final String NOTHING_TO_DO = "<Response/>";

  /** Reads the fields of one call; {@link IllegalArgumentException} where one is missing. */
  interface Reader {
    List<Inbound> read(FormBody form, WebhookRequest request);

    /** What Twilio shall do now, in TwiML. */
    default String next(FormBody form) {
      return NOTHING_TO_DO;
    }
  }

  private final TwilioSignature signature;
  private final Reader reader;

  TwilioWebhook(TwilioSignature signature, Reader reader) {
    this.signature = signature;
    this.reader = reader;
  }

  @Override
  public Received receive(WebhookRequest request) {
    boolean get = request.method().equals("GET");
    if (!get && !request.method().equals("POST")) {
      return new Received.Refused(400, "method: expected GET or POST");
    }
    try {
      boolean json =
          requireNonNullElse(request.header("content-type"), "").startsWith("application/json");
      FormBody posted = get || json ? NONE : FormBody.of(request.body());
      if (!signature.fits(request, posted) || json && !TwilioSignature.names(request)) {
        return new Received.Refused(403, "header x-twilio-signature does not fit the call");
      }
      FormBody form = get ? new FormBody(request.query()) : posted;
      return new Received.Accepted(
          json ? List.of() : items(form, request), new Reply(200, "text/xml", reader.next(form)));
    } catch (Payload.Malformed e) {
      return new Received.Refused(403, "no signature fits: " + e.getMessage());
    }
  }

  private List<Inbound> items(FormBody form, WebhookRequest request) {
    try {
      return reader.read(form, request);
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
