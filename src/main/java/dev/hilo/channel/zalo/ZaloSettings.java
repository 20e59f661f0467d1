package dev.hilo.channel.zalo;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Zalo app.
 *
 * @param oaSecretKey signs its webhooks
 * @param baseUrl of the API
 * @param accounts ids of Official Accounts with an access token, which Zalo lets live 25 hours
 */
public record ZaloSettings(
    @Default("false") boolean experimental,
    String appId,
    Secret oaSecretKey,
    @Default("https://openapi.zalo.me") URI baseUrl,
    List<TokenAccount> accounts) {

  public ZaloSettings {
    new Rules()
        .hold(experimental, "zalo is experimental: say experimental: true to use it")
        .hold(appId.matches("\\d{1,30}"), "app-id must be a number")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://openapi.zalo.me")
        .hold(!accounts.isEmpty(), "accounts must have at least one Official Account")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own")
        .check();
  }
}
