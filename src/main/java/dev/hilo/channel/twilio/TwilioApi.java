package dev.hilo.channel.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Signature;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one account's API is and how to get in.
 *
 * @param authorization the header of that name
 */
record TwilioApi(String base, String authorization) {
  TwilioApi(URI baseUrl, String accountSid, List<Secret> tokens) {
    this(
        baseUrl + "/2010-04-01/Accounts/" + accountSid,
        "Basic "
            + Signature.base64((accountSid + ":" + tokens.getFirst().value()).getBytes(UTF_8)));
  }

  /** Only an address of the API itself gets our credentials; it leads on to another host. */
  MediaSource locate(@Nullable String ref, String ending) {
    return ref != null && ref.startsWith(base + "/")
        ? MediaSource.of(ref + ending, Map.of("authorization", authorization), true)
        : MediaSource.of(ref, Map.of(), false);
  }

  @Override
  public String toString() {
    return "TwilioApi[" + base + "]";
  }
}
