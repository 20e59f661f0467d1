package dev.hilo.channel.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.FormBody;
import dev.hilo.channel.Signature;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * {@code X-Twilio-Signature} as Twilio's own libraries check it (twilio-java, read 2026-04): over
 * the public URL, with and without the port that goes without saying, and the decoded fields of a
 * posted form in their order.
 */
final class TwilioSignature {
  private static final Pattern URL = Pattern.compile("(https?)://([^/:?#]+)(:\\d+)?(.*)");

  private final List<byte[]> keys;

  TwilioSignature(List<Secret> tokens) {
    keys = tokens.stream().map(token -> token.value().getBytes(UTF_8)).toList();
  }

  /** {@code form}: without fields if none was posted. */
  boolean fits(WebhookRequest request, FormBody form) {
    var fields = new StringBuilder();
    new TreeMap<>(form.fields())
        .forEach(
            (name, values) ->
                new TreeSet<>(values).forEach(value -> fields.append(name).append(value)));
    String given = request.header("x-twilio-signature");
    boolean fits = false;
    for (byte[] key : keys) {
      for (String url : spellings(request.url())) {
        byte[] signed = (url + fields).getBytes(UTF_8);
        fits |= Signature.same(Signature.base64(Signature.hmac("HmacSHA1", key, signed)), given);
      }
    }
    return fits;
  }

  /** Bodies that are no form are named in the URL by their digest. */
  static boolean names(WebhookRequest request) {
    String digest = Signature.hex(Signature.digest("SHA-256", request.body()));
    return Signature.same(digest, request.parameter("bodySHA256"));
  }

  private static List<String> spellings(String url) {
    var parts = URL.matcher(url);
    if (!parts.matches()) {
      return List.of(url);
    }
    String usual = parts.group(1).equals("https") ? ":443" : ":80";
    String port = parts.group(3);
    String host = parts.group(1) + "://" + parts.group(2);
    return port == null || port.equals(usual)
        ? List.of(host + parts.group(4), host + usual + parts.group(4))
        : List.of(url);
  }
}
