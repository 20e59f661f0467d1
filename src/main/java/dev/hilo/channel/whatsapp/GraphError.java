package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.SendResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What Meta's error codes mean, in answers to sends and in failed statuses alike (Cloud API error
 * codes, read 2026-06).
 */
final class GraphError {
  private GraphError() {}

  /**
   * @param error an object with {@code code} and {@code message}
   * @param status of the HTTP answer, 0 for none
   */
  static SendResult judge(Payload error, int status, int attempt, @Nullable Duration retryAfter) {
    int code = (int) error.number("code", status);
    String why = code + ": " + words(error);
    Duration pause = retryAfter == null ? PlatformCall.pause(attempt) : retryAfter;
    return switch (code) {
      case 1, 2, 4, 80007, 130429, 131000, 131016, 131057, 133004 ->
          new SendResult.Retry(pause, why);
      case 131056 -> new SendResult.Retry(pairPause(attempt), why);
      case 131048, 131064 -> new SendResult.Retry(Duration.ofMinutes(15), why);
      case 131047 -> new SendResult.WindowClosed(why);
      default ->
          status == 429 || status >= 500
              ? new SendResult.Retry(pause, why)
              : new SendResult.Refused(Integer.toString(code), why, code == 190);
    };
  }

  /** Too many to one person: Meta asks for 4^n seconds. */
  private static Duration pairPause(int attempt) {
    return Duration.ofSeconds(Math.min(3600, 1L << (2 * Math.clamp(attempt, 1, 6))));
  }

  /** Meta's own words, without numbers that might be somebody's. */
  private static String words(Payload error) {
    String words = error.text("message");
    if (words == null) {
      words = error.text("title");
    }
    return words == null ? "no reason given" : Payload.cut(words, 200).replaceAll("\\d{7,}", "…");
  }
}
