package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an answer needs of the mail it answers, small enough to travel with the message.
 *
 * @param messageId null if the mail has none
 * @param references the ids before it, oldest first
 */
record ThreadContext(@Nullable String messageId, List<String> references, String subject) {
  private static final int MAX_BYTES = 1000;
  private static final int MAX_REFERENCES = 16;
  private static final Pattern PREFIX =
      Pattern.compile(
          "(?i)(?:re|r|aw|sv|antw|vs|odp|回复|答复|返信|fwd?|wg|tr|rv|enc|i|doorst|转发|転送)"
              + "(?:\\[\\d+]|\\(\\d+\\))?\\s*[:：]\\s*");

  static ThreadContext of(Headers headers) {
    List<String> ids = MessageIds.list(headers.first("message-id"));
    var references = new LinkedHashSet<String>(MessageIds.list(headers.first("references")));
    if (references.isEmpty()) {
      references.addAll(MessageIds.list(headers.first("in-reply-to")));
    }
    return new ThreadContext(
        ids.isEmpty() ? null : ids.getFirst(),
        List.copyOf(references),
        Text.head(headers.text("subject"), 200));
  }

  static ThreadContext of(Map<String, String> context) {
    return new ThreadContext(
        MessageIds.usable(context.get("mid")),
        MessageIds.list(context.get("refs")),
        context.getOrDefault("subject", ""));
  }

  /** At most 1 kB: of many references the first and the last are kept. */
  Map<String, String> toMap() {
    var map = new LinkedHashMap<String, String>();
    int left = MAX_BYTES - 30;
    if (messageId != null && messageId.length() <= 400) {
      map.put("mid", messageId);
      left -= messageId.getBytes(UTF_8).length;
    }
    String title = Text.head(subject, 200);
    while (title.getBytes(UTF_8).length > Math.min(300, left)) {
      title = Text.head(title, title.length() - 10);
    }
    map.put("subject", title);
    left -= title.getBytes(UTF_8).length;
    var kept = new ArrayList<>(references);
    while (!kept.isEmpty()
        && (kept.size() > MAX_REFERENCES || bracketed(kept, " ").getBytes(UTF_8).length > left)) {
      kept.remove(kept.size() > 1 ? 1 : 0);
    }
    if (!kept.isEmpty()) {
      map.put("refs", bracketed(kept, " "));
    }
    return map;
  }

  /**
   * {@code References} of an answer to {@code parent}, folded so that no line is too long.
   *
   * @param anchor the id that all mails of the thread name; near the end, as mail programs forget
   *     the oldest first
   */
  String answerReferences(@Nullable String parent, String anchor) {
    var all = new LinkedHashSet<String>();
    references.stream().filter(id -> MessageIds.usable(id) != null).forEach(all::add);
    if (messageId != null) {
      all.add(messageId);
    }
    all.remove(anchor);
    all.add(anchor);
    if (parent != null) {
      all.remove(parent);
      all.add(parent);
    }
    var kept = new ArrayList<>(all);
    while (kept.size() > MAX_REFERENCES) {
      kept.remove(1);
    }
    return bracketed(kept, "\r\n ");
  }

  /** The subject of an answer: one {@code Re:} before what is left without its prefixes. */
  static String answerSubject(String subject) {
    String rest = subject.strip();
    var prefix = PREFIX.matcher(rest);
    while (prefix.lookingAt()) {
      rest = rest.substring(prefix.end());
      prefix = PREFIX.matcher(rest);
    }
    return "Re: " + rest;
  }

  private static String bracketed(List<String> ids, String between) {
    return String.join(between, ids.stream().map(id -> "<" + id + ">").toList());
  }
}
