package dev.hilo.people;

import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What may become a password: long enough, not one of those that everybody tries first, and not
 * made of one's own name. Nothing is asked of its letters (NIST SP 800-63B, 5.1.1.2).
 */
public final class NewPassword {
  static final int LEAST = 10;
  static final int MOST = 200;

  private static final int OWN_LEAST = 3;
  private static final int REST_LEAST = 6;
  private static final int DIFFERENT_LEAST = 5;
  private static final Set<String> COMMON = common();

  private NewPassword() {}

  private static Set<String> common() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    NewPassword.class.getResourceAsStream("common-passwords.txt")),
                StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.isBlank()).collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Throws {@link Problem} {@code weak-password} if it may not be one; {@code detail.why} is {@code
   * short}, {@code long}, {@code common} or {@code own}.
   *
   * @param own the person's name and mail address
   */
  public static void check(String password, @Nullable String... own) {
    int length = Passwords.normal(password).codePointCount(0, Passwords.normal(password).length());
    String folded = folded(password);
    if (length < LEAST) {
      throw weak("short", "a password has at least " + LEAST + " letters");
    }
    if (length > MOST) {
      throw weak("long", "a password has at most " + MOST + " letters");
    }
    if (COMMON.contains(folded) || folded.chars().distinct().count() < DIFFERENT_LEAST) {
      throw weak("common", "this password is one of those that are tried first");
    }
    if (withoutOwn(folded, own).length() < REST_LEAST) {
      throw weak("own", "this password is made of your own name or address");
    }
  }

  private static String withoutOwn(String folded, @Nullable String... own) {
    String rest = folded;
    for (String text : own) {
      if (text != null) {
        rest = rest.replace(folded(text), "");
        for (String part :
            Arrays.stream(folded(text).split("[^\\p{L}\\p{N}]+"))
                .filter(p -> p.length() >= OWN_LEAST)
                .toList()) {
          rest = rest.replace(part, "");
        }
      }
    }
    return rest;
  }

  private static String folded(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }

  private static Problem weak(String why, String title) {
    return new Problem(Code.WEAK_PASSWORD, title, Json.object().put("why", why));
  }
}
