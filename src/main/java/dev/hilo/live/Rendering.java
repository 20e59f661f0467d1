package dev.hilo.live;

import dev.hilo.access.Roster;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry on its way to many sockets: each form is written once and shared by those who get the
 * same. To be closed when it was shown to all.
 */
final class Rendering implements AutoCloseable {
  private static final byte[] END = {'}'};

  private final CustomerId customer;
  private final Entry entry;
  private byte @Nullable [] staff;
  private byte @Nullable [] visitor;
  private @Nullable Set<String> visitorScope;
  private boolean visitorMade;
  private @Nullable Encoded frame;
  private byte @Nullable [] frameEvent;
  private @Nullable Position framePrev;

  Rendering(CustomerId customer, Entry entry) {
    this.customer = customer;
    this.entry = entry;
  }

  Entry entry() {
    return entry;
  }

  /**
   * The frame for this sort of watcher, or null if the entry is none of its business. Watchers that
   * were sent the same entry before share it; it is good until the next call.
   *
   * @param scope the homes that a visitor sees; null for staff
   */
  @SuppressWarnings("ReferenceEquality") // the very event
  @Nullable Encoded frame(Roster roster, @Nullable Set<String> scope, Position prev) {
    byte[] event = event(roster, scope);
    if (event == null) {
      return null;
    }
    Encoded made = frame;
    if (made == null || event != frameEvent || !prev.equals(framePrev)) {
      close();
      made = Encoded.of(head(prev), event, END);
      frame = made;
      frameEvent = event;
      framePrev = prev;
    }
    return made;
  }

  private byte[] head(Position prev) {
    String head =
        "{\"type\":\"entry\",\"topic\":\"c:"
            + customer
            + "\",\"pos\":\""
            + entry.position()
            + "\",\"prev\":\""
            + prev
            + "\",\"event\":";
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  /** The event as JSON for this sort of watcher, or null if it is none of its business. */
  byte @Nullable [] event(Roster roster, @Nullable Set<String> scope) {
    if (scope == null) {
      if (staff == null) {
        staff = Wire.staffJson(entry, roster::name);
      }
      return staff;
    }
    if (!visitorMade || !scope.equals(visitorScope)) {
      CustomerView view = CustomerView.of(entry, scope, roster::name);
      visitor = view == null ? null : Wire.customerJson(view);
      visitorScope = scope;
      visitorMade = true;
    }
    return visitor;
  }

  @Override
  public void close() {
    if (frame != null) {
      frame.close();
      frame = null;
    }
  }
}
