package dev.hilo.channel.bird;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * One Bird workspace.
 *
 * @param signingKeys of the webhook subscription; any of them may have signed
 * @param signatureAge how old a call may be
 * @param workspace its id
 * @param accessKey for calls and for customers' files
 * @param mediaUrl where those files are
 * @param accounts ids of channels
 */
public record BirdSettings(
    List<Secret> signingKeys,
    @Default("5m") Duration signatureAge,
    String workspace,
    Secret accessKey,
    @Default("https://api.bird.com") URI baseUrl,
    @Default("https://media.nest.messagebird.com") URI mediaUrl,
    List<Channel.Account> accounts) {

  public BirdSettings {
    new Rules()
        .hold(!signingKeys.isEmpty(), "signing-keys must have at least one key")
        .hold(
            signatureAge.isPositive() && signatureAge.compareTo(Duration.ofDays(2)) <= 0,
            "signature-age must be from 1s to 2d")
        .hold(workspace.matches("[\\w-]{1,100}"), "workspace must be the id of a workspace")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be like https://api.bird.com")
        .hold(
            PlatformCall.isBase(mediaUrl),
            "media-url must be like https://media.nest.messagebird.com")
        .hold(
            !accounts.isEmpty()
                && accounts.stream()
                    .allMatch(a -> a.id().matches("[\\w-]{1,100}") && !a.name().isBlank()),
            "accounts must each have the id of a channel and a name")
        .hold(
            accounts.stream().map(Channel.Account::id).distinct().count() == accounts.size(),
            "accounts must each have an id of their own")
        .check();
  }
}
