package dev.hilo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Addresses at which a stored file can be fetched for a while without signing in: platforms fetch
 * what we send there. Thread-safe.
 */
public final class FileLinks {
  private static final String PATH = "/files/";

  private final AddressKeys keys;
  private final URI publicUrl;

  public FileLinks(AddressKeys keys, URI publicUrl) {
    this.keys = keys;
    this.publicUrl = publicUrl;
  }

  /**
   * The address of one file.
   *
   * @param blob its name
   * @param mime as what it is served, null = bytes
   * @param name for whoever saves it
   * @param now ms
   */
  public URI link(
      String blob, @Nullable String mime, @Nullable String name, long now, Duration life) {
    String type = mime == null ? "" : mime;
    String file = name == null ? "" : name;
    long until = now + life.toMillis();
    return URI.create(
        publicUrl
            + PATH
            + blob
            + "?until="
            + until
            + "&type="
            + URLEncoder.encode(type, UTF_8)
            + "&name="
            + URLEncoder.encode(file, UTF_8)
            + "&sig="
            + signature(blob, type, file, until));
  }

  /** True for what {@link #link} gave out and has not ended. */
  public boolean stands(
      String blob, String mime, String name, long until, String signature, long now) {
    return now < until
        && MessageDigest.isEqual(
            signature(blob, mime, name, until).getBytes(UTF_8), signature.getBytes(UTF_8));
  }

  private String signature(String blob, String mime, String name, long until) {
    return keys.sign("file", blob + "\0" + mime + "\0" + name + "\0" + until, 16);
  }
}
