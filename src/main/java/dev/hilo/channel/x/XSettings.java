package dev.hilo.channel.x;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One app on X.
 *
 * @param experimental must be true: X changes its interfaces often, and was not tried live
 * @param consumerSecret of the app; it signs what comes in
 * @param accounts numeric user ids with the access tokens (OAuth 2.0, user context) of their users
 */
public record XSettings(
    @Default("false") boolean experimental,
    Secret consumerSecret,
    @Default("https://api.x.com") URI baseUrl,
    List<TokenAccount> accounts) {

  public XSettings {
    new Rules()
        .hold(experimental, "x is experimental: say experimental: true to use it")
        .hold(!consumerSecret.value().isBlank(), "consumer-secret must not be empty")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.x.com")
        .hold(!accounts.isEmpty(), "accounts must have at least one user id")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own")
        .check();
  }
}
