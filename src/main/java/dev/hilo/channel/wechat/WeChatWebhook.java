package dev.hilo.channel.wechat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of one account, one message or event in each. In plain mode the signature is in the query
 * and covers that alone; in safe mode it covers the encrypted body, too.
 */
final class WeChatWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(WeChatWebhook.class);
  private static final Reply SUCCESS = new Reply(200, "text/plain", "success");

  private final String token;
  private final @Nullable WeChatCipher cipher;
  private final boolean requireEncryption;

  WeChatWebhook(WeChatSettings settings) {
    token = settings.token().value();
    var key = settings.encodingAesKey();
    cipher = key == null ? null : new WeChatCipher(key.value(), settings.appId());
    requireEncryption = settings.requireEncryption();
  }

  @Override
  public Received receive(WebhookRequest request) {
    if (!signed(request, "signature", Stream.of())) {
      return new Received.Refused(401, "query: signature does not fit timestamp and nonce");
    }
    if (request.method().equals("GET")) {
      String echo = request.parameter("echostr");
      return echo == null
          ? new Received.Refused(400, "query: expected echostr")
          : new Received.Answered(new Reply(200, "text/plain", echo));
    }
    try {
      return "aes".equals(request.parameter("encrypt_type"))
          ? encrypted(request)
          : requireEncryption
              ? new Received.Refused(403, "query: expected encrypt_type=aes")
              : new Received.Accepted(items(WeChatXml.of(request.body())), SUCCESS);
    } catch (WeChatXml.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  /** The envelope must be read for its one field, which the signature covers. */
  private Received encrypted(WebhookRequest request) throws WeChatXml.Malformed {
    String sealed = WeChatXml.of(request.body()).text("Encrypt");
    if (sealed == null || !signed(request, "msg_signature", Stream.of(sealed))) {
      return new Received.Refused(401, "query: msg_signature does not fit the body");
    }
    byte[] opened = cipher == null ? null : cipher.opened(sealed);
    return opened == null
        ? new Received.Refused(403, "Encrypt: not with our encoding-aes-key for our app-id")
        : new Received.Accepted(items(WeChatXml.of(opened)), SUCCESS);
  }

  private boolean signed(WebhookRequest request, String parameter, Stream<String> further) {
    String parts =
        Stream.concat(
                Stream.of(
                    token,
                    String.valueOf(request.parameter("timestamp")),
                    String.valueOf(request.parameter("nonce"))),
                further)
            .sorted()
            .collect(Collectors.joining());
    return Signature.same(
        Signature.hex(Signature.digest("SHA-1", parts.getBytes(UTF_8))),
        request.parameter(parameter));
  }

  private static List<Inbound> items(WeChatXml xml) {
    try {
      return new WeChatEvent(xml).items();
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
