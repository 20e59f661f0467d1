package dev.hilo.live;

import dev.hilo.access.Roster;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry on its way to many sockets: each form is written once and shared by those who get the
 * same.
 */
final class Rendering {
  private final CustomerId customer;
  private final Entry entry;
  private @Nullable String staff;
  private @Nullable String visitor;
  private @Nullable Set<String> visitorScope;
  private boolean visitorMade;
  private @Nullable String frame;
  private @Nullable String frameEvent;
  private @Nullable Position framePrev;

  Rendering(CustomerId customer, Entry entry) {
    this.customer = customer;
    this.entry = entry;
  }

  Entry entry() {
    return entry;
  }

  /** The event as JSON for this sort of watcher, or null if it is none of its business. */
  @Nullable String event(Roster roster, @Nullable Set<String> scope) {
    if (scope == null) {
      if (staff == null) {
        staff = Wire.staff(entry, roster::name).toString();
      }
      return staff;
    }
    if (!visitorMade || !scope.equals(visitorScope)) {
      CustomerView view = CustomerView.of(entry, scope, roster::name);
      visitor = view == null ? null : Wire.customer(view).toString();
      visitorScope = scope;
      visitorMade = true;
    }
    return visitor;
  }

  /** The whole frame. Watchers that were sent the same entry before share it. */
  String frame(String event, Position prev) {
    String made = frame;
    if (made == null || !event.equals(frameEvent) || !prev.equals(framePrev)) {
      made =
          "{\"type\":\"entry\",\"topic\":\"c:"
              + customer
              + "\",\"pos\":\""
              + entry.position()
              + "\",\"prev\":\""
              + prev
              + "\",\"event\":"
              + event
              + "}";
      frame = made;
      frameEvent = event;
      framePrev = prev;
    }
    return made;
  }
}
