package dev.hilo.channel.telegram;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One bot.
 *
 * @param secretToken as given to {@code setWebhook}
 * @param baseUrl of the Bot API server, Telegram's or a local one
 * @param accounts exactly one, as updates do not say which bot they are for; its id is the part of
 *     the token before the colon
 */
public record TelegramSettings(
    Secret secretToken,
    @Default("https://api.telegram.org") URI baseUrl,
    List<TokenAccount> accounts) {

  public TelegramSettings {
    new Rules()
        .hold(
            secretToken.value().matches("[A-Za-z0-9_-]{1,256}"),
            "secret-token must have 1 to 256 of A-Z, a-z, 0-9, _ and -")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.telegram.org")
        .hold(accounts.size() == 1, "accounts must have exactly one bot, not " + accounts.size())
        .check();
  }
}
