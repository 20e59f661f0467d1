package dev.hilo.channel.meta;

import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.SendResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What Meta's error codes mean, in answers to sends and in failed statuses alike (error pages of
 * the Cloud API, of Messenger and of Instagram, read 2026-06 to 2026-11).
 */
public final class GraphError {
  private GraphError() {}

  /**
   * Judges one error.
   *
   * @param error an object with {@code code} and {@code message}
   * @param status of the HTTP answer, 0 for none
   * @param attempt of the send, from 1
   */
  public static SendResult judge(
      Payload error, int status, int attempt, @Nullable Duration retryAfter) {
    int code = (int) error.number("code", status);
    int detail = (int) error.number("error_subcode", 0);
    String why = code + (detail == 0 ? "" : "/" + detail) + ": " + words(error);
    Duration pause = PlatformCall.pause(attempt, retryAfter);
    return switch (detail) {
      case 1357046 -> new SendResult.Unknown(why); // was sent, although there is an error
      case 2018278, 2534022 -> new SendResult.WindowClosed(why);
      case 1893063, 2534041 -> new SendResult.Refused(Integer.toString(code), why);
      default ->
          switch (code) {
            case 1, 2, 4, 17, 613, 1200 -> new SendResult.Retry(pause, why);
            case 80007, 130429, 131000, 131016, 131057, 133004 -> new SendResult.Retry(pause, why);
            case 131056 -> new SendResult.Retry(pairPause(attempt), why);
            case 131048, 131064 -> new SendResult.Retry(Duration.ofMinutes(15), why);
            case 131047 -> new SendResult.WindowClosed(why);
            case 10900 ->
                new SendResult.WindowClosed(
                    why + "; one private reply to a comment, and more only after an answer");
            case 131050 -> new SendResult.Refused("opt-out", why);
            default ->
                status == 429 || status >= 500
                    ? new SendResult.Retry(pause, why)
                    : new SendResult.Refused(Integer.toString(code), why, locksUsOut(code, error));
          };
    };
  }

  /** Our token, our permission or our account: nothing else would be taken either. */
  private static boolean locksUsOut(int code, Payload error) {
    return switch (code) {
      case 3, 10, 190, 131005, 131042, 131045 -> true;
      default -> code >= 200 && code <= 299 || code == 0 && error.has("code");
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
    return words == null ? "no reason given" : Payload.veiled(words);
  }
}
