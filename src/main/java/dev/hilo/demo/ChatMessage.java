package dev.hilo.demo;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One bubble on the phone.
 *
 * @param mine written by the phone's owner
 * @param at milliseconds since 1970 UTC
 * @param state of her own messages: {@code sent} until the gateway has taken it, then {@code
 *     delivered} or {@code read}; of the shop's messages: {@code delivered}, then {@code read}
 * @param quoted the text it answers
 * @param options buttons or list rows, in order
 * @param reaction an emoji of the other side
 */
record ChatMessage(
    String id,
    boolean mine,
    String text,
    long at,
    State state,
    @Nullable String quoted,
    List<Option> options,
    @Nullable String reaction) {

  enum State {
    SENT,
    DELIVERED,
    READ;

    @JsonValue
    String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  record Option(String id, String title, @Nullable String description) {}

  /** Forward only. */
  ChatMessage reached(State next) {
    return next.compareTo(state) <= 0
        ? this
        : new ChatMessage(id, mine, text, at, next, quoted, options, reaction);
  }

  ChatMessage reacted(@Nullable String emoji) {
    return new ChatMessage(id, mine, text, at, state, quoted, options, emoji);
  }

  ChatMessage edited(String changed, List<Option> changedOptions) {
    return new ChatMessage(id, mine, changed, at, state, quoted, changedOptions, reaction);
  }

  @Nullable Option option(String wanted) {
    return options.stream().filter(o -> o.id().equals(wanted)).findFirst().orElse(null);
  }
}
