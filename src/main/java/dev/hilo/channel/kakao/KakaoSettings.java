package dev.hilo.channel.kakao;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One KakaoTalk channel.
 *
 * @param adminKey the app's primary admin key, which Kakao shows with what happens to the channel
 * @param skillKey what the chatbot's skill is set up to send as {@code x-skill-key}; null = its
 *     calls are taken without proof, and prove nobody
 * @param reply what the chatbot says at once
 * @param callbackUrl where answers that come within a minute go to
 * @param accounts exactly one: the channel's public id, like _AcMeXj
 */
public record KakaoSettings(
    @Default("false") boolean experimental,
    Secret adminKey,
    @Nullable Secret skillKey,
    @Default("We have your message and will answer soon.") String reply,
    @Default("https://bot-api.kakao.com") URI callbackUrl,
    List<Channel.Account> accounts) {

  public KakaoSettings {
    new Rules()
        .hold(experimental, "kakao is experimental: say experimental: true to use it")
        .hold(!reply.isBlank() && reply.length() <= 1000, "reply must have 1 to 1000 letters")
        .hold(
            PlatformCall.isBase(callbackUrl), "callback-url must be like https://bot-api.kakao.com")
        .hold(
            accounts.size() == 1 && !accounts.getFirst().id().isBlank(),
            "accounts must have exactly one with an id")
        .check();
  }
}
