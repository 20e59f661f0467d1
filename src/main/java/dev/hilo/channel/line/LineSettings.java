package dev.hilo.channel.line;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One channel of the Messaging API.
 *
 * @param channelSecret signs its webhooks
 * @param baseUrl of the API
 * @param dataUrl from where customers' files are fetched
 * @param stickerUrl from where pictures of stickers are fetched, without credentials
 * @param accounts exactly one, as each channel has a secret of its own: the bot's user id with the
 *     channel access token
 */
public record LineSettings(
    Secret channelSecret,
    @Default("https://api.line.me") URI baseUrl,
    @Default("https://api-data.line.me") URI dataUrl,
    @Default("https://stickershop.line-scdn.net") URI stickerUrl,
    List<TokenAccount> accounts) {

  public LineSettings {
    new Rules()
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.line.me")
        .hold(PlatformCall.isBase(dataUrl), "data-url must be like https://api-data.line.me")
        .hold(
            PlatformCall.isBase(stickerUrl),
            "sticker-url must be like https://stickershop.line-scdn.net")
        .hold(accounts.size() == 1, "accounts must have exactly one bot, not " + accounts.size())
        .check();
  }
}
