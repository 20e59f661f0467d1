package dev.hilo.channel.vonage;

import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.SendResult;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an error of Vonage's means (RFC 7807), in answers to sends and in failed statuses alike. Its
 * code is the title or the end of the type.
 */
final class VonageError {
  private static final Pattern CODE = Pattern.compile("(?:^|#)(\\d{3,5})$");

  private VonageError() {}

  /** {@code status}: of the HTTP answer, 0 for none. */
  static SendResult judge(Payload error, int status, int attempt, @Nullable Duration retryAfter) {
    int code = code(error, status);
    String detail = error.text("detail");
    String words = detail != null ? detail : error.text("title");
    String why = code + ": " + (words == null ? "no reason given" : Payload.veiled(words));
    return switch (code) {
      case 1000, 1010, 1030, 429 -> later(attempt, retryAfter, why);
      case 1340 -> new SendResult.WindowClosed(why);
      case 1210, 1280 -> new SendResult.Refused("opt-out", why);
      case 401, 402 -> new SendResult.Refused(Integer.toString(code), why, true);
      default ->
          status == 429 || status >= 500
              ? later(attempt, retryAfter, why)
              : new SendResult.Refused(Integer.toString(code), why, status == 401 || status == 402);
    };
  }

  private static int code(Payload error, int status) {
    for (String field : new String[] {"title", "type"}) {
      String text = error.text(field);
      var code = CODE.matcher(text == null ? "" : text);
      if (code.find()) {
        return Integer.parseInt(code.group(1));
      }
    }
    return status;
  }

  private static SendResult later(int attempt, @Nullable Duration retryAfter, String why) {
    return new SendResult.Retry(PlatformCall.pause(attempt, retryAfter), why);
  }
}
