package dev.hilo.channel.slack;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Slack app.
 *
 * @param signingSecret signs all its calls, for all workspaces
 * @param baseUrl of the Web API
 * @param accounts ids of workspaces (teams) with the bot token that the app has there
 */
public record SlackSettings(
    Secret signingSecret,
    @Default("https://slack.com/api") URI baseUrl,
    List<TokenAccount> accounts) {

  public SlackSettings {
    new Rules()
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://slack.com/api")
        .hold(!accounts.isEmpty(), "accounts must have at least one workspace")
        .hold(TokenAccount.distinct(accounts), "accounts must each have an id of their own")
        .check();
  }
}
