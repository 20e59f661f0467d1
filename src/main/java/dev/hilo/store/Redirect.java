package dev.hilo.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's word that another server holds a slot.
 *
 * @param once only this request shall go there, because the slot is on its way
 */
record Redirect(boolean once, int slot, Server server) {
  private static final Pattern FORM = Pattern.compile("(MOVED|ASK) (\\d{1,5}) (\\S+)");

  /** Null if the error is another one, or names no server. */
  static @Nullable Redirect of(String error) {
    Matcher m = FORM.matcher(error);
    if (!m.matches()) {
      return null;
    }
    try {
      return new Redirect(
          m.group(1).equals("ASK"), Integer.parseInt(m.group(2)), Server.of(m.group(3)));
    } catch (IllegalArgumentException e) {
      return null; // the server does not know the other's name
    }
  }
}
