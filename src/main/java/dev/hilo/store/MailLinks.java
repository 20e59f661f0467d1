package dev.hilo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.MessageDigest;
import java.time.Duration;

/**
 * Addresses of what a mail looks like, good for a while without signing in: a frame that nothing of
 * the mail may leave has no cookies. They are relative to the gateway. Thread-safe.
 */
public final class MailLinks {
  public static final String PAGE = "/mails/";
  public static final String PICTURE = "/pictures";

  /** The same address for so long, so that browsers keep what they have. */
  private static final long STEP = Duration.ofHours(1).toMillis();

  private final AddressKeys keys;

  public MailLinks(AddressKeys keys) {
    this.keys = keys;
  }

  /** Until when an address stands that is given out at {@code now}: one to two hours. Ms. */
  private static long until(long now) {
    return (now / STEP + 2) * STEP;
  }

  /**
   * The address of a mail's page.
   *
   * @param blob the name of its body
   * @param language of the few words that are ours
   * @param pictures with the pictures that lie elsewhere
   * @param now ms
   */
  public String page(String blob, String language, boolean pictures, long now) {
    long until = until(now);
    return PAGE
        + blob
        + "?lang="
        + language
        + "&pictures="
        + pictures
        + "&until="
        + until
        + "&sig="
        + pageSignature(blob, language, pictures, until);
  }

  /** True for what {@link #page} gave out and has not ended. */
  public boolean standsPage(
      String blob, String language, boolean pictures, long until, String signature, long now) {
    return now < until && same(pageSignature(blob, language, pictures, until), signature);
  }

  /** The address at which we give out a picture that lies at {@code url}. */
  public String picture(String url, long now) {
    long until = until(now);
    return PICTURE
        + "?u="
        + URLEncoder.encode(url, UTF_8)
        + "&until="
        + until
        + "&sig="
        + pictureSignature(url, until);
  }

  /** True for what {@link #picture} gave out and has not ended. */
  public boolean standsPicture(String url, long until, String signature, long now) {
    return now < until && same(pictureSignature(url, until), signature);
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
  }

  private String pageSignature(String blob, String language, boolean pictures, long until) {
    return keys.sign("mail", blob + "\0" + language + "\0" + pictures + "\0" + until, 16);
  }

  private String pictureSignature(String url, long until) {
    return keys.sign("picture", until + "\0" + url, 16);
  }
}
