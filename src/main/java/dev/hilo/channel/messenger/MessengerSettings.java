package dev.hilo.channel.messenger;

import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.meta.Graph;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Meta app.
 *
 * @param appSecret signs its webhooks, for all its pages
 * @param verifyToken what Meta must know when the webhook is set up
 * @param version of the Graph API
 * @param humanAgent Meta allowed the app to answer for seven days instead of 24 hours
 * @param accounts page ids with their page access tokens
 */
public record MessengerSettings(
    Secret appSecret,
    Secret verifyToken,
    @Default("https://graph.facebook.com") URI baseUrl,
    @Default("v26.0") String version,
    @Default("false") boolean humanAgent,
    List<TokenAccount> accounts) {

  public MessengerSettings {
    Graph.rules(baseUrl, version, accounts).check();
  }
}
