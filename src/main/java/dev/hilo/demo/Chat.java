package dev.hilo.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The newest messages of one chat on the phone, oldest first. Guarded by its owner. */
final class Chat {
  private static final int KEPT = 200;

  private final String app;
  private final Feed feed;
  private final List<ChatMessage> messages;

  Chat(String app, Feed feed, List<ChatMessage> kept) {
    this.app = app;
    this.feed = feed;
    this.messages = new ArrayList<>(kept);
  }

  List<ChatMessage> messages() {
    return List.copyOf(messages);
  }

  void add(ChatMessage message) {
    messages.add(message);
    if (messages.size() > KEPT) {
      messages.removeFirst();
    }
    feed.publish(app, "message", message);
  }

  @Nullable ChatMessage find(String id) {
    return messages.stream().filter(m -> m.id().equals(id)).findFirst().orElse(null);
  }

  @Nullable String textOf(@Nullable String id) {
    ChatMessage found = id == null ? null : find(id);
    return found == null ? null : found.text();
  }

  boolean change(String id, UnaryOperator<ChatMessage> change) {
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage old = messages.get(i);
      if (old.id().equals(id)) {
        ChatMessage now = change.apply(old);
        messages.set(i, now);
        if (!now.equals(old)) {
          feed.publish(app, "message", now);
        }
        return true;
      }
    }
    return false;
  }

  boolean remove(String id) {
    boolean removed = messages.removeIf(m -> m.id().equals(id));
    if (removed) {
      feed.publish(app, "removed", id);
    }
    return removed;
  }
}
