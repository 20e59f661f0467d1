package dev.hilo.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with the configuration. Never holds a secret's value.
 *
 * @param path the key, such as {@code inboxes[0].name}; empty for the file as a whole
 * @param origin where it was set: {@code line 12}, an environment variable, or empty when nowhere
 * @param value what was found, fit for printing; null when {@code expected} says it all
 * @param expected what would have been right
 */
public record Fault(String path, String origin, @Nullable String value, String expected) {

  @Override
  public String toString() {
    var text = new StringBuilder(path);
    if (!origin.isEmpty()) {
      text.append(path.isEmpty() ? "" : " ").append('(').append(origin).append(')');
    }
    text.append(text.isEmpty() ? "" : ": ");
    return value == null
        ? text.append(expected).toString()
        : text.append("got ").append(value).append(", expected ").append(expected).toString();
  }
}
