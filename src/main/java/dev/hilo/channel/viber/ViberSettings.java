package dev.hilo.channel.viber;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import java.net.URI;
import java.util.List;

/**
 * Bots that share one address for their webhooks.
 *
 * @param baseUrl of the API
 * @param accounts a name of ours for each bot, with its authentication token; the token that fits a
 *     call's signature tells which bot it is for
 */
public record ViberSettings(
    @Default("https://chatapi.viber.com") URI baseUrl, List<TokenAccount> accounts) {

  public ViberSettings {
    new Rules()
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://chatapi.viber.com")
        .hold(!accounts.isEmpty(), "accounts must have at least one bot")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own")
        .check();
  }
}
