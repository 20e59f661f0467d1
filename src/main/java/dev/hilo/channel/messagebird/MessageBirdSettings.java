package dev.hilo.channel.messagebird;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One account of the old platform.
 *
 * @param signingKeys any of them may have signed
 * @param accessKey for calls and for customers' files
 * @param baseUrl of the conversations API
 * @param mediaUrl where those files are
 * @param accounts ids of channels
 */
public record MessageBirdSettings(
    List<Secret> signingKeys,
    Secret accessKey,
    @Default("https://conversations.messagebird.com") URI baseUrl,
    @Default("https://media.messagebird.com") URI mediaUrl,
    List<Channel.Account> accounts) {

  public MessageBirdSettings {
    new Rules()
        .hold(!signingKeys.isEmpty(), "signing-keys must have at least one key")
        .hold(
            PlatformCall.isBase(baseUrl),
            "base-url must be like https://conversations.messagebird.com")
        .hold(PlatformCall.isBase(mediaUrl), "media-url must be like https://media.messagebird.com")
        .hold(
            !accounts.isEmpty()
                && accounts.stream()
                    .allMatch(a -> a.id().matches("[\\w+-]{1,100}") && !a.name().isBlank()),
            "accounts must each have the id of a channel and a name")
        .hold(
            accounts.stream().map(Channel.Account::id).distinct().count() == accounts.size(),
            "accounts must each have an id of their own")
        .check();
  }
}
