package dev.hilo.channel.webhook;

import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
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
 * @param bearerTokens for senders that cannot sign; any of them lets in, and speaks for everybody
 * @param devices with a key of their own
 * @param outgoingUrl where answers go, without a query; whoever configures it decides what may be
 *     reached
 * @param outgoingSecret {@code whsec_…} that signs them
 */
public record WebhookSettings(
    String account,
    String name,
    List<Secret> signingSecrets,
    @Default("[]") List<Secret> bearerTokens,
    @Default("[]") List<Device> devices,
    @Nullable URI outgoingUrl,
    @Nullable Secret outgoingSecret) {
  private static final int LEAST_TOKEN = 16;
  private static final int MOST_DEVICES = 10_000;

  /**
   * A thing that speaks for itself only.
   *
   * @param id as it names itself
   * @param name for agents
   * @param key {@code whsec_…} or {@code whpk_…} by which it signs, or what it sends as bearer
   */
  public record Device(String id, String name, Secret key) {
    public Device {
      new Rules()
          .hold(
              id.matches("[A-Za-z0-9._:-]{1,128}"),
              "id must have 1 to 128 letters, digits, '.', '_', ':' and '-'")
          .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
          .hold(
              SigningKey.isValid(key)
                  || !key.value().startsWith("wh") && key.value().length() >= LEAST_TOKEN,
              "key must be a signing secret, or a bearer token of 16 letters or more")
          .check();
    }
  }

  public WebhookSettings {
    new Rules()
        .hold(
            account.matches("[A-Za-z0-9._-]{1,64}"),
            "account must have 1 to 64 letters, digits, '.', '_' and '-'")
        .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
        .hold(
            signingSecrets.size() + bearerTokens.size() + devices.size() > 0,
            "one of signing-secrets, bearer-tokens and devices must not be empty")
        .hold(
            signingSecrets.stream().allMatch(SigningKey::isValid),
            "signing-secrets must each be whsec_ and 16 bytes or more, or whpk_ and 32 bytes, in"
                + " base64")
        .hold(
            bearerTokens.stream().allMatch(token -> token.value().length() >= LEAST_TOKEN),
            "bearer-tokens must each have 16 letters or more")
        .hold(devices.size() <= MOST_DEVICES, "devices may be 10000")
        .hold(
            devices.stream().map(Device::id).distinct().count() == devices.size(),
            "devices must each have an id of their own")
        .hold(
            devices.stream().map(device -> device.key().value()).distinct().count()
                == devices.size(),
            "devices must each have a key of their own")
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
