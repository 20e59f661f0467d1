package dev.hilo.load;

import java.util.List;
import java.util.Map;

/** What was given on the command line as {@code name=value}. {@code quick=true} shortens all. */
public record Options(Map<String, String> given) {
  /** A fault of the command line; the message says which word. */
  public static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unusable(String fault) {
      super(fault);
    }
  }

  static Options parse(List<String> words) {
    var given = new java.util.LinkedHashMap<String, String>();
    for (String word : words) {
      int eq = word.indexOf('=');
      if (eq < 1) {
        throw new Unusable("an option is name=value, not " + word);
      }
      given.put(word.substring(0, eq), word.substring(eq + 1));
    }
    return new Options(Map.copyOf(given));
  }

  public boolean quick() {
    return Boolean.parseBoolean(given.getOrDefault("quick", "false"));
  }

  /** A number, with one value for a real run and one for a quick one. */
  public double number(String name, double otherwise, double quick) {
    String value = given.get(name);
    try {
      return value != null ? Double.parseDouble(value) : quick() ? quick : otherwise;
    } catch (NumberFormatException e) {
      throw new Unusable(name + " must be a number, not " + value);
    }
  }

  public int count(String name, int otherwise, int quick) {
    return (int) number(name, otherwise, quick);
  }

  public String text(String name, String otherwise) {
    return given.getOrDefault(name, otherwise);
  }

  /** Words parted by commas. */
  public List<String> list(String name, String otherwise) {
    return List.of(text(name, otherwise).split(","));
  }
}
