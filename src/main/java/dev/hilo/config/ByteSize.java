package dev.hilo.config;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An amount of data, written {@code 512B}, {@code 64KB}, {@code 3MB} or {@code 1GB}; one KB is 1024
 * bytes.
 */
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s?(B|KB|MB|GB)");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of at least 0B");
    }
  }

  /**
   * Takes what a configuration says.
   *
   * @throws IllegalArgumentException if the text is no size; the message says what one looks like
   */
  public static ByteSize parse(String text) {
    var form = FORM.matcher(text.toUpperCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException("a size such as 64KB or 3MB");
    }
    int shift =
        switch (form.group(2)) {
          case "KB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          default -> 0;
        };
    long count = Long.parseLong(form.group(1));
    if (count > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("a size below 8589934592GB");
    }
    return new ByteSize(count << shift);
  }

  /**
   * The size as an {@code int}, for interfaces that take one.
   *
   * @throws ArithmeticException from 2GB on
   */
  public int intBytes() {
    return Math.toIntExact(bytes);
  }

  @Override
  public String toString() {
    String[] units = {"B", "KB", "MB", "GB"};
    long count = bytes;
    int unit = 0;
    while (unit < 3 && count > 0 && count % 1024 == 0) {
      count /= 1024;
      unit++;
    }
    return count + units[unit];
  }
}
