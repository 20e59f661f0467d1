package dev.hilo.channel.discord;

import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One application.
 *
 * @param experimental must be true: ordinary messages come by a websocket, which is not part of
 *     this
 * @param applicationId its id, which is its bot's, too
 * @param name for agents
 * @param publicKey of the application, in hex; it signs what comes in
 * @param botToken for messages beyond the answer to an interaction
 * @param relayToken lets in a program of yours that holds the websocket and posts what it hears, as
 *     it is; null = none
 */
public record DiscordSettings(
    @Default("false") boolean experimental,
    String applicationId,
    String name,
    String publicKey,
    @Nullable Secret botToken,
    @Nullable Secret relayToken,
    @Default("https://discord.com/api/v10") URI baseUrl) {

  public DiscordSettings {
    new Rules()
        .hold(experimental, "discord is experimental: say experimental: true to use it")
        .hold(applicationId.matches("\\d{1,20}"), "application-id must be a number")
        .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
        .hold(publicKey.matches("[0-9A-Fa-f]{64}"), "public-key must be 64 hex digits")
        .hold(
            relayToken == null || relayToken.value().length() >= 16,
            "relay-token must have 16 letters or more")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://discord.com/api/v10")
        .check();
  }
}
