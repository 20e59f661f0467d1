package dev.hilo.channel.kakao;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One KakaoTalk channel. Kakao has no way to write to a person: each utterance can be answered
 * once, within a minute, if the bot was approved for that.
 */
final class KakaoChannel implements Channel {
  private static final int TEXT = 1000;

  private final KakaoSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  KakaoChannel(KakaoSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new KakaoWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT).within(Duration.ofMinutes(1));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (!(message.content() instanceof Content.Text(var text))
        || !message.attachments().isEmpty()
        || text.isBlank()
        || text.length() > TEXT) {
      return new SendResult.Refused("unsupported", "expected a text of 1 to 1000 characters");
    }
    String callback = callback(message.context());
    if (callback == null) {
      return new SendResult.WindowClosed(
          "Kakao takes one answer within a minute, and none at other times");
    }
    ObjectNode body = KakaoWebhook.said(text);
    return PlatformCall.post(callback)
        .json(body)
        .send(ports, message.attempt(), answer -> judge(answer, message));
  }

  /** Only to Kakao itself, whatever a forged call may have named. */
  private @Nullable String callback(Map<String, String> context) {
    String url = context.get("callback-url");
    String until = context.getOrDefault("callback-until", "0");
    boolean open =
        until.matches("\\d{1,12}") && Instant.now().getEpochSecond() <= Long.parseLong(until);
    return url != null
            && open
            && MediaSource.of(url, Map.of(), false) instanceof MediaSource.Link(URI uri, _, _)
            && uri.getScheme().equals(settings.callbackUrl().getScheme())
            && uri.getRawAuthority().equals(settings.callbackUrl().getRawAuthority())
        ? url
        : null;
  }

  private static SendResult judge(PlatformCall.Answer answer, Outbound message) {
    if (answer.taken()) {
      return new SendResult.Accepted(message.id());
    }
    return answer.status() >= 500
        ? new SendResult.Unknown("HTTP " + answer.status())
        : new SendResult.WindowClosed(
            "HTTP " + answer.status() + ": the callback was used, or is over");
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
