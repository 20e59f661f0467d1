package dev.hilo.channel.twilio;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Twilio account or sub-account.
 *
 * @param authTokens any of them may have signed, so that they can be changed without a gap; calls
 *     are made with the first
 * @param statusCallback the public address of this endpoint; without it Twilio does not tell what
 *     became of a message
 * @param portfolio the WhatsApp business portfolio, in which user ids (BSUIDs) are unique
 * @param baseUrl of the API
 * @param messagingUrl of the API for typing
 * @param accounts numbers and senders; an id is the number with its plus, or the short code
 */
public record TwilioSettings(
    String accountSid,
    List<Secret> authTokens,
    @Nullable URI statusCallback,
    @Default("''") String portfolio,
    @Default("https://api.twilio.com") URI baseUrl,
    @Default("https://messaging.twilio.com") URI messagingUrl,
    List<Channel.Account> accounts) {

  public TwilioSettings {
    rules(accountSid, authTokens, baseUrl, accounts)
        .hold(
            statusCallback == null || PlatformCall.isBase(statusCallback),
            "status-callback must be like https://example.com/webhooks/ENDPOINT")
        .hold(
            PlatformCall.isBase(messagingUrl),
            "messaging-url must be like https://messaging.twilio.com")
        .check();
  }

  static Rules rules(
      String accountSid, List<Secret> authTokens, URI baseUrl, List<Channel.Account> accounts) {
    return new Rules()
        .hold(accountSid.matches("AC[0-9a-fA-F]{32}"), "account-sid must be AC and 32 hex digits")
        .hold(!authTokens.isEmpty(), "auth-tokens must have at least one token")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.twilio.com")
        .hold(
            !accounts.isEmpty()
                && accounts.stream()
                    .allMatch(
                        a ->
                            a.id().matches("\\+?\\d{3,15}|[\\w .-]{1,100}") && !a.name().isBlank()),
            "accounts must each have a number like +15550190100 or another sender as id, and a"
                + " name")
        .hold(
            accounts.stream().map(Channel.Account::id).distinct().count() == accounts.size(),
            "accounts must each have an id of their own");
  }
}
