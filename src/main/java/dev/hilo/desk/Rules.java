package dev.hilo.desk;

import dev.hilo.conversation.Event;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Item;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a workspace's rules make of a conversation that begins. Of several that match, in the order
 * of their ids, the labels add up, and the first that says so gives priority and assignee.
 */
final class Rules {
  private Rules() {}

  static List<Event> apply(Desk desk, String conversation, Episodes.Cause cause) {
    Set<String> labels = new LinkedHashSet<>();
    String priority = null;
    String assignee = null;
    for (Item.Rule rule : desk.all(Item.Rule.class)) {
      if (matches(rule, cause)) {
        labels.addAll(rule.labels());
        priority = priority == null ? rule.priority() : priority;
        assignee = assignee == null ? present(desk, rule.assignee()) : assignee;
      }
    }
    List<Event> decisions = new ArrayList<>();
    if (!labels.isEmpty()) {
      decisions.add(new Event.LabelsChanged(List.copyOf(labels), List.of()));
    }
    if (priority != null) {
      decisions.add(
          new Event.PriorityChanged(Event.Priority.valueOf(priority.toUpperCase(Locale.ROOT))));
    }
    if (assignee != null) {
      decisions.add(new Event.ConversationAssigned(conversation, assignee));
    }
    return decisions;
  }

  /** Nobody is given work who is not there any more. */
  private static @Nullable String present(Desk desk, @Nullable String id) {
    Item.User user = id == null ? null : desk.find(Item.User.class, id);
    return user == null || user.suspended() ? null : id;
  }

  private static boolean matches(Item.Rule rule, Episodes.Cause cause) {
    boolean inbox = rule.inboxes().isEmpty() || rule.inboxes().contains(cause.inbox());
    if (!inbox || rule.words().isEmpty()) {
      return inbox;
    }
    String text = " " + plain(cause.text()) + " ";
    return rule.words().stream().anyMatch(word -> text.contains(" " + plain(word) + " "));
  }

  /** Letters and digits without accents, in lower case, with one space between words. */
  private static String plain(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKD)
        .replaceAll("\\p{M}+", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}]+", " ")
        .strip();
  }
}
