package dev.hilo.channel.whatsapp;

import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.meta.Graph;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Meta app.
 *
 * @param appSecret signs its webhooks, for all its numbers
 * @param verifyToken what Meta must know when the webhook is set up
 * @param portfolio the business portfolio, in which user ids (BSUIDs) are unique
 * @param version of the Graph API
 * @param listLabel the button that opens a list of more than three choices
 * @param accounts phone number ids with their access tokens
 */
public record WhatsAppSettings(
    Secret appSecret,
    Secret verifyToken,
    @Default("''") String portfolio,
    @Default("https://graph.facebook.com") URI baseUrl,
    @Default("v26.0") String version,
    @Default("Choose") String listLabel,
    List<TokenAccount> accounts) {

  public WhatsAppSettings {
    Graph.rules(baseUrl, version, accounts)
        .hold(
            !listLabel.isBlank() && listLabel.length() <= 20,
            "list-label must have 1 to 20 letters")
        .check();
  }
}
