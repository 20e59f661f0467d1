package dev.hilo.channel.wechat;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.TokenAccount;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Official Account.
 *
 * @param token signs WeChat's calls
 * @param encodingAesKey 43 letters; null = plain mode only
 * @param requireEncryption refuses calls in plain mode, whose signature does not cover the body
 * @param appId of the account, which encrypted calls end with
 * @param baseUrl of the API
 * @param accounts exactly one: the account's original id (gh_…) with its app secret
 */
public record WeChatSettings(
    Secret token,
    @Nullable Secret encodingAesKey,
    @Default("false") boolean requireEncryption,
    String appId,
    @Default("https://api.weixin.qq.com") URI baseUrl,
    List<TokenAccount> accounts) {

  public WeChatSettings {
    new Rules()
        .hold(
            encodingAesKey == null || encodingAesKey.value().matches("[A-Za-z0-9+/]{43}"),
            "encoding-aes-key must have 43 letters and digits")
        .hold(
            encodingAesKey != null || !requireEncryption,
            "require-encryption needs an encoding-aes-key")
        .hold(appId.matches("[A-Za-z0-9_]{1,100}"), "app-id must be like wx5f0a1b2c3d4e5f60")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.weixin.qq.com")
        .hold(accounts.size() == 1, "accounts must have exactly one, not " + accounts.size())
        .check();
  }
}
