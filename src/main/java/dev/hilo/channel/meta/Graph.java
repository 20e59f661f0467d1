package dev.hilo.channel.meta;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Rules;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the Graph API. For virtual threads.
 *
 * @param baseUrl without a trailing slash
 * @param version as {@code v26.0}
 * @param undoes a 5xx without Meta's own words means that nothing was sent; else nobody knows
 */
public record Graph(Ports ports, URI baseUrl, String version, boolean undoes) {

  /** Before it answers, Meta fetches a file that a message names. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The rules for settings of every Meta app. */
  public static Rules rules(URI baseUrl, String version, List<TokenAccount> accounts) {
    return new Rules()
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://graph.facebook.com")
        .hold(version.matches("v\\d{1,3}\\.\\d"), "version must be like v26.0")
        .hold(!accounts.isEmpty(), "accounts must have at least one account")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own");
  }

  /** Where a file is, unless {@code url} is none. */
  public static MediaSource link(
      @Nullable String url, Map<String, String> headers, boolean trusted) {
    return url != null && url.matches("https?://[^\\s\"<>\\\\^`{|}]+")
        ? new MediaSource.Link(URI.create(url), headers, trusted)
        : new MediaSource.Gone("Meta gave no address for it");
  }

  /** {@code path} with its parts encoded, without a leading slash. */
  public String url(String path) {
    return baseUrl + "/" + version + "/" + path;
  }

  /** {@code id}: what a good answer calls the message; without one nobody knows what was done. */
  public SendResult post(
      String path,
      TokenAccount as,
      JsonNode json,
      int attempt,
      Function<Payload, @Nullable String> id)
      throws InterruptedException {
    return PlatformCall.post(url(path))
        .bearer(as.token().value())
        .json(json)
        .within(PATIENCE)
        .send(ports, attempt, answer -> judge(answer, attempt, id));
  }

  /** The same for a call that was made in another way. */
  public SendResult judge(
      PlatformCall.Answer answer, int attempt, Function<Payload, @Nullable String> id) {
    if (answer.taken()) {
      String made = id.apply(answer.body());
      return made == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(made);
    }
    Payload error = answer.body().at("error");
    boolean wordless = answer.status() >= 500 && !error.has("code");
    return answer.lost() || wordless && !undoes
        ? new SendResult.Unknown("HTTP " + answer.status() + " without Meta's own answer")
        : GraphError.judge(error, answer.status(), attempt, answer.retryAfter());
  }
}
