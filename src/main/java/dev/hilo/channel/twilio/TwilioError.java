package dev.hilo.channel.twilio;

import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.SendResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What Twilio's error codes mean, in answers to sends and in failed statuses alike. */
final class TwilioError {
  private TwilioError() {}

  /** {@code words} without numbers of people. */
  static SendResult judge(long code, String words, int attempt, @Nullable Duration retryAfter) {
    String why = code + ": " + words;
    return switch ((int) code) {
      case 429, 20429, 20500, 20503, 30001, 63018 ->
          new SendResult.Retry(PlatformCall.pause(attempt, retryAfter), why);
      case 30003, 30008 -> new SendResult.Retry(Duration.ofMinutes(15), why);
      case 63016 -> new SendResult.WindowClosed(why);
      case 21610, 30004 -> new SendResult.Refused("opt-out", why);
      case 401, 20003, 20404, 63007 -> new SendResult.Refused(Long.toString(code), why, true);
      default -> new SendResult.Refused(Long.toString(code), why);
    };
  }
}
