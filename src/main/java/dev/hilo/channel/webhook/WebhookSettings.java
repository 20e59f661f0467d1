package dev.hilo.channel.webhook;

import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One program and its people or devices.
 *
 * @param account our name for it; ids of people are unique within it
 * @param name for agents
 * @param signingSecrets {@code whsec_…} or {@code whpk_…}; any of them may have signed, so that
 *     they can be changed without a gap
 * @param outgoingUrl where answers go, without a query; whoever configures it decides what may be
 *     reached
 * @param outgoingSecret {@code whsec_…} that signs them
 */
public record WebhookSettings(
    String account,
    String name,
    List<Secret> signingSecrets,
    @Nullable URI outgoingUrl,
    @Nullable Secret outgoingSecret) {

  public WebhookSettings {
    new Rules()
        .hold(
            account.matches("[A-Za-z0-9._-]{1,64}"),
            "account must have 1 to 64 letters, digits, '.', '_' and '-'")
        .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
        .hold(
            !signingSecrets.isEmpty() && signingSecrets.stream().allMatch(SigningKey::isValid),
            "signing-secrets must each be whsec_ and 16 bytes or more, or whpk_ and 32 bytes, in"
                + " base64")
        .hold(
            (outgoingUrl == null) == (outgoingSecret == null),
            "outgoing-url and outgoing-secret belong together")
        .hold(
            outgoingUrl == null || PlatformCall.isBase(outgoingUrl),
            "outgoing-url must be like https://example.com/hilo")
        .hold(
            outgoingSecret == null || SigningKey.isSecret(outgoingSecret),
            "outgoing-secret must be whsec_ and 16 bytes or more in base64")
        .check();
  }
}
