package dev.hilo.conversation;

/** An entry without a place yet: what an append is asked to write. */
public record Draft(Header header, Event event) {
  public Entry at(Position position) {
    return new Entry(position, header, event);
  }
}
