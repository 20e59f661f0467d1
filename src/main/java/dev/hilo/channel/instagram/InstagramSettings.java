package dev.hilo.channel.instagram;

import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.meta.Graph;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Meta app.
 *
 * @param appSecrets what may sign its webhooks: the app's secret and, with Instagram Login, the
 *     Instagram app secret that the dashboard shows beside it
 * @param verifyToken what Meta must know when the webhook is set up
 * @param baseUrl {@code https://graph.facebook.com} where the tokens are those of pages
 * @param version of the Graph API
 * @param humanAgent Meta allowed the app to answer for seven days instead of 24 hours
 * @param accounts ids of professional accounts with their access tokens
 */
public record InstagramSettings(
    List<Secret> appSecrets,
    Secret verifyToken,
    @Default("https://graph.instagram.com") URI baseUrl,
    @Default("v26.0") String version,
    @Default("false") boolean humanAgent,
    List<TokenAccount> accounts) {

  public InstagramSettings {
    Graph.rules(baseUrl, version, accounts)
        .hold(!appSecrets.isEmpty(), "app-secrets must have at least one")
        .check();
  }
}
