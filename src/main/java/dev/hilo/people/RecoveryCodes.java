package dev.hilo.people;

import dev.hilo.store.AddressKeys;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Codes to be printed for the day the phone is lost; each is good once. Only hashes of them are
 * kept, made with the installation key, so that nobody who reads them can try them out.
 */
public final class RecoveryCodes {
  public static final int COUNT = 10;

  /** Crockford's Base32: no letter is taken for a digit. */
  private static final String LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

  private static final int LENGTH = 10;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RecoveryCodes() {}

  /** Ten new ones, of 50 bits, such as {@code 7kq2f-9xw3h}. */
  public static List<String> fresh() {
    return Stream.generate(RecoveryCodes::one).distinct().limit(COUNT).toList();
  }

  private static String one() {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      code.append(i == LENGTH / 2 ? "-" : "").append(LETTERS.charAt(RANDOM.nextInt(32)));
    }
    return code.toString();
  }

  /** As it is kept for one user. Case, blanks, dashes and look-alikes in {@code code} are alike. */
  public static String hash(AddressKeys keys, String workspace, String user, String code) {
    String plain =
        code.toLowerCase(Locale.ROOT)
            .replaceAll("[\\s-]", "")
            .replace('o', '0')
            .replaceAll("[il]", "1");
    return keys.sign("recovery", workspace + "/" + user + "/" + plain, 32);
  }
}
