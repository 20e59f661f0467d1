package dev.hilo.channel.teams;

import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;

/**
 * One bot, registered with Azure.
 *
 * @param appId the bot's application id
 * @param name for agents
 * @param tenant where the bot was registered; {@code botframework.com} for old multi-tenant bots
 * @param keysUrl the OpenID document that leads to the keys which sign Microsoft's calls
 * @param issuer who must have made the tokens of these calls
 * @param loginUrl where our own tokens come from
 */
public record TeamsSettings(
    String appId,
    String name,
    String tenant,
    Secret clientSecret,
    @Default("https://login.botframework.com/v1/.well-known/openidconfiguration") URI keysUrl,
    @Default("https://api.botframework.com") String issuer,
    @Default("https://login.microsoftonline.com") URI loginUrl) {

  public TeamsSettings {
    new Rules()
        .hold(appId.matches("[A-Za-z0-9-]{1,64}"), "app-id must be the bot's application id")
        .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
        .hold(tenant.matches("[A-Za-z0-9.-]{1,100}"), "tenant must be an id or a domain")
        .hold(PlatformCall.isBase(keysUrl), "keys-url must be an http or https address")
        .hold(!issuer.isBlank(), "issuer must not be empty")
        .hold(
            PlatformCall.isBase(loginUrl),
            "login-url must be like https://login.microsoftonline.com")
        .check();
  }

  /** The bot as activities name it. */
  String bot() {
    return "28:" + appId;
  }
}
