package dev.hilo.channel.vonage;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.RsaJwt;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Vonage account or application.
 *
 * @param signatureSecrets of the account (neither the API secret nor the application's key); any of
 *     them may have signed
 * @param signatureAge how old a signature may be
 * @param apiKey with {@code apiSecret} for calls, if not as an application
 * @param applicationId with {@code privateKey} for calls as an application; media need it
 * @param privateKey PEM of PKCS #8, as Vonage gives it
 * @param channels what these numbers are used for; the limits are those that hold for all of them
 * @param mediaUrls where customers' files may lie that are fetched with our credentials
 * @param accounts numbers without plus, and pages
 */
public record VonageSettings(
    List<Secret> signatureSecrets,
    @Default("5m") Duration signatureAge,
    @Nullable String apiKey,
    @Nullable Secret apiSecret,
    @Nullable String applicationId,
    @Nullable Secret privateKey,
    @Default("[sms]") List<Line> channels,
    @Default("https://api.nexmo.com") URI baseUrl,
    @Default(
            "[https://api-us.nexmo.com, https://api-eu.nexmo.com, https://api-ap.nexmo.com,"
                + " https://api.nexmo.com]")
        List<URI> mediaUrls,
    List<Channel.Account> accounts) {

  public VonageSettings {
    new Rules()
        .hold(!signatureSecrets.isEmpty(), "signature-secrets must have at least one secret")
        .hold(
            signatureAge.isPositive() && signatureAge.compareTo(Duration.ofDays(2)) <= 0,
            "signature-age must be from 1s to 2d")
        .hold((apiKey == null) == (apiSecret == null), "api-key and api-secret belong together")
        .hold(
            (applicationId == null) == (privateKey == null),
            "application-id and private-key belong together")
        .hold(
            apiKey != null || applicationId != null,
            "application-id or api-key must be given, for calls")
        .hold(
            privateKey == null || RsaJwt.key(privateKey) != null,
            "private-key must be an RSA key as PEM of PKCS #8")
        .hold(!channels.isEmpty(), "channels must have at least one")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.nexmo.com")
        .hold(
            mediaUrls.stream().allMatch(PlatformCall::isBase),
            "media-urls must be like https://api-eu.nexmo.com")
        .hold(
            !accounts.isEmpty()
                && accounts.stream()
                    .allMatch(a -> a.id().matches("[\\w .-]{1,100}") && !a.name().isBlank()),
            "accounts must each have a number without plus, or another sender, as id, and a name")
        .hold(
            accounts.stream().map(Channel.Account::id).distinct().count() == accounts.size(),
            "accounts must each have an id of their own")
        .check();
  }
}
