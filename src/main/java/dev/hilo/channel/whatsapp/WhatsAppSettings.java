package dev.hilo.channel.whatsapp;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
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
    new Rules()
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://graph.facebook.com")
        .hold(version.matches("v\\d{1,3}\\.\\d"), "version must be like v26.0")
        .hold(
            !listLabel.isBlank() && listLabel.length() <= 20,
            "list-label must have 1 to 20 letters")
        .hold(!accounts.isEmpty(), "accounts must have at least one phone number id")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own")
        .check();
  }
}
