package dev.hilo.channel.wechat;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.AccessToken;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Calls with the account's token, which is fetched anew once where WeChat takes it no more. */
final class WeChatApi {
  private static final Set<Long> STALE = Set.of(40001L, 40014L, 42001L);

  private final WeChatSettings settings;
  private final Ports ports;
  private final AtomicBoolean refused = new AtomicBoolean();
  private final AccessToken token = new AccessToken(this::lend);

  WeChatApi(WeChatSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
  }

  /** No token was to be had. */
  private static final class NoToken extends IOException {
    private static final long serialVersionUID = 1;
    private final transient SendResult why;

    NoToken(SendResult why) {
      super("no access token");
      this.why = why;
    }
  }

  /** The stable kind: fetching one ends no other that is in use. */
  private AccessToken.Lent lend() throws InterruptedException, IOException {
    var wanted =
        JsonNodeFactory.instance
            .objectNode()
            .put("grant_type", "client_credential")
            .put("appid", settings.appId())
            .put("secret", settings.accounts().getFirst().token().value())
            .put("force_refresh", refused.get());
    var answer =
        PlatformCall.post(settings.baseUrl() + "/cgi-bin/stable_token").json(wanted).ask(ports);
    String value = answer.body().text("access_token");
    if (value == null) {
      throw new NoToken(
          fault(answer, 1) instanceof SendResult.Refused(var code, var why, _)
              ? new SendResult.Refused(code, why, true)
              : new SendResult.Retry(PlatformCall.pause(1), "no access token"));
    }
    refused.set(false);
    return new AccessToken.Lent(
        value, Duration.ofSeconds(Math.clamp(answer.body().number("expires_in", 7200), 60, 86400)));
  }

  /** The token of now, for addresses of files. */
  String token() throws InterruptedException, IOException {
    return token.get();
  }

  /** {@code call} makes the call for a token; {@code taken} reads what came of it. */
  SendResult send(
      int attempt, Function<String, PlatformCall> call, Function<Payload, SendResult> taken)
      throws InterruptedException {
    try {
      String first = token.get();
      var result = send(call.apply(first), attempt, taken);
      if (!stale(result)) {
        return result;
      }
      refused.set(true);
      token.refused(first);
      return send(call.apply(token.get()), attempt, taken);
    } catch (NoToken e) {
      return e.why;
    } catch (IOException _) {
      return new SendResult.Retry(PlatformCall.pause(attempt), "no access token");
    }
  }

  private SendResult send(PlatformCall call, int attempt, Function<Payload, SendResult> taken)
      throws InterruptedException {
    return call.send(
        ports,
        attempt,
        answer -> {
          boolean ok = answer.taken() && answer.body().number("errcode", 0) == 0;
          return ok && !answer.body().isEmpty()
              ? taken.apply(answer.body())
              : fault(answer, attempt);
        });
  }

  private static boolean stale(SendResult result) {
    return result instanceof SendResult.Refused(var code, _, _)
        && code.matches("\\d{1,9}")
        && STALE.contains(Long.parseLong(code));
  }

  /** WeChat answers 200 whatever comes of it. */
  static SendResult fault(PlatformCall.Answer answer, int attempt) {
    long code = answer.body().number("errcode", 0);
    if (code == 0) {
      return new SendResult.Unknown("HTTP " + answer.status() + " without WeChat's own answer");
    }
    String words = requireNonNullElse(answer.body().text("errmsg"), "no reason given");
    // after it come the ids of the call, and hints with addresses
    String why = code + ": " + Payload.cut(words.replaceFirst(",? *(hint|rid):.*", ""), 200);
    why = why.replaceAll("\\d{7,}", "…");
    return switch ((int) code) {
      case -1 -> new SendResult.Retry(PlatformCall.pause(attempt), why);
      case 45009 -> new SendResult.Retry(Duration.ofHours(1), why);
      case 45011 -> new SendResult.Retry(Duration.ofMinutes(1), why);
      case 45015, 45047 -> new SendResult.WindowClosed(why);
      case 40001, 40014, 42001, 40164 -> new SendResult.Refused(Long.toString(code), why, true);
      case 48002 -> new SendResult.Refused("opt-out", why);
      default -> new SendResult.Refused(Long.toString(code), why);
    };
  }
}
