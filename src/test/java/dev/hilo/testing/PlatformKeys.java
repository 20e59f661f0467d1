package dev.hilo.testing;

import dev.hilo.channel.Signature;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/**
 * What Telegram, a program behind Standard Webhooks and a gateway under test know of each other: a
 * bot, its secrets, and how what the platforms send is signed.
 */
public final class PlatformKeys {
  public static final String BOT_TOKEN = "7011223344:AAAbbbCCC";
  private static final String BOT_SECRET = "secret-token-of-the-bot";
  private static final String WEBHOOK_KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private PlatformKeys() {}

  /**
   * The blocks of the configuration, as a list in YAML.
   *
   * @param platforms where both are called
   */
  public static String channels(String platforms) {
    return """
    - type: telegram
      endpoint: tg
      secret-token: %s
      base-url: %s
      accounts: [{id: "%s", name: Bot, token: "%s"}]
    - type: webhook
      endpoint: hook
      account: crm
      name: CRM
      signing-secrets: [whsec_%s]
      outgoing-url: %s/hooks
      outgoing-secret: whsec_%s
    """
        .formatted(
            BOT_SECRET,
            platforms,
            BOT_TOKEN.substring(0, BOT_TOKEN.indexOf(':')),
            BOT_TOKEN,
            WEBHOOK_KEY,
            platforms,
            WEBHOOK_KEY);
  }

  /** Headers of what Telegram sends. */
  public static Map<String, String> telegram() {
    return Map.of("X-Telegram-Bot-Api-Secret-Token", BOT_SECRET);
  }

  /** Headers of what the program sends now. */
  public static Map<String, String> webhook(String id, String body) {
    String now = Long.toString(Instant.now().getEpochSecond());
    return Map.of(
        "webhook-id", id,
        "webhook-timestamp", now,
        "webhook-signature", signature(id, now, body));
  }

  /** What either side of Standard Webhooks signs a message with. */
  public static String signature(String id, String timestamp, String body) {
    byte[] mac =
        Signature.hmacSha256(
            Base64.getDecoder().decode(WEBHOOK_KEY),
            (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
    return "v1," + Base64.getEncoder().encodeToString(mac);
  }
}
