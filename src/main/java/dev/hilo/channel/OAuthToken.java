package dev.hilo.channel;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * An access token from an OAuth 2.0 token endpoint (RFC 6749, 4.4; RFC 7523, 2.1). For virtual
 * threads.
 */
public final class OAuthToken {
  private static final long SHORTEST = 150;
  private static final long USUAL = 3600;

  private final AccessToken token;

  /** The endpoint says that we are not who we say. */
  private static final class Denied extends IOException {
    private static final long serialVersionUID = 1;

    Denied(String message) {
      super(message);
    }
  }

  /** A call with a token. */
  public interface Use {
    SendResult with(String token) throws InterruptedException;
  }

  /** {@code form}: what is asked, made anew each time. */
  public OAuthToken(Ports ports, String url, Supplier<List<PlatformCall.Field>> form) {
    token = new AccessToken(() -> lend(ports, url, form.get()));
  }

  private static AccessToken.Lent lend(Ports ports, String url, List<PlatformCall.Field> form)
      throws InterruptedException, IOException {
    var answer = PlatformCall.post(url).form(form).ask(ports);
    String value = answer.body().text("access_token");
    if (answer.taken() && value != null && !value.isEmpty()) {
      long seconds = Math.max(SHORTEST, answer.body().number("expires_in", USUAL));
      return new AccessToken.Lent(value, Duration.ofSeconds(seconds));
    }
    String error = answer.body().id("error");
    String why = "no access token: HTTP " + answer.status() + (error == null ? "" : ", " + error);
    throw answer.status() == 400 || answer.status() == 401 || answer.status() == 403
        ? new Denied(why)
        : new IOException(why);
  }

  public String get() throws InterruptedException, IOException {
    return token.get();
  }

  /**
   * What {@code use} makes of a token. Where there is none, nothing was sent; one that the platform
   * refuses is replaced once.
   */
  public SendResult send(int attempt, Use use) throws InterruptedException {
    String held;
    try {
      held = token.get();
    } catch (Denied e) {
      return new SendResult.Refused("token", String.valueOf(e.getMessage()), true);
    } catch (IOException e) {
      return new SendResult.Retry(PlatformCall.pause(attempt), String.valueOf(e.getMessage()));
    }
    SendResult result = use.with(held);
    if (result instanceof SendResult.Refused refused && refused.credentials()) {
      token.refused(held);
      return attempt == 1 ? new SendResult.Retry(PlatformCall.pause(1), refused.why()) : refused;
    }
    return result;
  }
}
