package dev.hilo.channel.slack;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events, pressed buttons and slash commands of one app, one in each call, told apart by their
 * form. Signed over time and raw body.
 */
final class SlackWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(SlackWebhook.class);
  private static final long TOLERANCE = Duration.ofMinutes(5).toSeconds();

  private final byte[] secret;
  private final List<TokenAccount> teams;

  SlackWebhook(SlackSettings settings) {
    secret = settings.signingSecret().value().getBytes(UTF_8);
    teams = settings.accounts();
  }

  @Override
  public Received receive(WebhookRequest request) {
    String time = String.valueOf(request.header("x-slack-request-timestamp"));
    byte[] mac = Signature.hmacSha256(secret, ("v0:" + time + ":").getBytes(UTF_8), request.body());
    if (!Signature.same("v0=" + Signature.hex(mac), request.header("x-slack-signature"))) {
      return new Received.Refused(401, "header x-slack-signature does not fit time and body");
    }
    if (!time.matches("\\d{1,12}")
        || Math.abs(request.now().getEpochSecond() - Long.parseLong(time)) > TOLERANCE) {
      return new Received.Refused(401, "header x-slack-request-timestamp: over 5 minutes away");
    }
    try {
      return request.body().length > 0 && request.body()[0] == '{'
          ? json(Payload.object(request.body()))
          : form(FormBody.of(request.body()));
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return new Received.Accepted(List.of(), Reply.OK);
    }
  }

  private Received json(Payload body) {
    String challenge = body.text("challenge");
    if ("url_verification".equals(body.text("type")) && challenge != null) {
      return new Received.Answered(new Reply(200, "text/plain", challenge));
    }
    if ("app_rate_limited".equals(body.text("type"))) {
      LOG.warn("Slack leaves out events of a workspace: more than 30,000 in an hour");
    }
    var items =
        "event_callback".equals(body.text("type"))
            ? new SlackEvents(installed(body), body).items()
            : List.<Inbound>of();
    return new Received.Accepted(items, Reply.OK);
  }

  /** Anything but an empty body would take the place of the message with the button. */
  private Received form(FormBody form) throws Payload.Malformed {
    String payload = form.text("payload");
    if (payload == null && form.text("command") == null) {
      return new Received.Refused(400, "expected an event, a payload or a command");
    }
    return new Received.Accepted(
        payload == null
            ? List.of(SlackActions.command(form))
            : SlackActions.of(Payload.object(payload.getBytes(UTF_8))),
        Reply.OK);
  }

  /** In a shared channel the event names the other side's workspace, too. */
  private String installed(Payload body) {
    String team = body.required("team_id");
    return Stream.concat(
            Stream.of(team, body.id("context_team_id")),
            body.list("authorizations").stream().map(a -> a.id("team_id")))
        .filter(Objects::nonNull)
        .filter(id -> TokenAccount.find(teams, id) != null)
        .findFirst()
        .orElse(team);
  }
}
