package dev.hilo.conversation;

/**
 * How an append treats an entry. Facts are always kept; decisions only if the state they were taken
 * on still stands; quiet facts do not disturb decisions. The class is stored, so that readers
 * classify types they do not know.
 */
public enum EntryClass {
  START('S'),
  FACT('F'),
  QUIET('f'),
  DECISION('D');

  private final char letter;

  EntryClass(char letter) {
    this.letter = letter;
  }

  public char letter() {
    return letter;
  }

  public static EntryClass of(char letter) {
    return switch (letter) {
      case 'S' -> START;
      case 'F' -> FACT;
      case 'f' -> QUIET;
      case 'D' -> DECISION;
      default -> throw new IllegalArgumentException("not an entry class: " + letter);
    };
  }

  /** The class of an event by its author; outbound messages are decisions, inbound ones facts. */
  public static EntryClass of(Event event, Author by) {
    return switch (event) {
      case Event.CustomerStarted _ -> START;
      case Event.MessageAdded _, Event.MessageEdited _, Event.MessageRemoved _ ->
          by.isCustomer() ? FACT : DECISION;
      case Event.DeliveryChanged d ->
          switch (d.state()) {
            case SENT, DELIVERED, READ -> QUIET;
            case FAILED, UNKNOWN -> FACT;
          };
      case Event.ReadMarked _,
          Event.ReactionChanged _,
          Event.NoteAdded _,
          Event.Noticed _,
          Event.Audited _ ->
          QUIET;
      case Event.IdentityObserved _,
          Event.ConsentChanged _,
          Event.CallLogged _,
          Event.MediaStored _,
          Event.MediaFailed _,
          Event.Unrouted _ ->
          FACT;
      case Event.ConversationOpened _,
          Event.ConversationAssigned _,
          Event.ConversationResolved _,
          Event.ConversationReopened _,
          Event.LabelsChanged _,
          Event.PriorityChanged _,
          Event.AttributesChanged _,
          Event.AddressLinked _,
          Event.HandedOff _,
          Event.CustomersMerged _,
          Event.Sealed _,
          Event.ItemPut _,
          Event.ItemRemoved _ ->
          DECISION;
      case Event.Unknown _ -> FACT;
    };
  }
}
