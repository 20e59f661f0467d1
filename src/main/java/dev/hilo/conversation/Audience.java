package dev.hilo.conversation;

/**
 * Who may be told of an entry at all. Everything that is not on the list of {@link #of} is for
 * staff only.
 */
public enum Audience {
  STAFF,
  ALL;

  public static Audience of(Event event) {
    return switch (event) {
      case Event.MessageAdded _,
          Event.MessageEdited _,
          Event.MessageRemoved _,
          Event.ReactionChanged _,
          Event.DeliveryChanged _,
          Event.ReadMarked _,
          Event.MediaStored _,
          Event.MediaFailed _,
          Event.HandedOff _,
          Event.ConversationOpened _,
          Event.ConversationResolved _ ->
          ALL;
      case Event.CustomerStarted _,
          Event.NoteAdded _,
          Event.IdentityObserved _,
          Event.ConsentChanged _,
          Event.CallLogged _,
          Event.Noticed _,
          Event.Unrouted _,
          Event.ConversationAssigned _,
          Event.ConversationReopened _,
          Event.LabelsChanged _,
          Event.PriorityChanged _,
          Event.AttributesChanged _,
          Event.AddressLinked _,
          Event.CustomersMerged _,
          Event.Sealed _,
          Event.ItemPut _,
          Event.ItemRemoved _,
          Event.Audited _,
          Event.Unknown _ ->
          STAFF;
    };
  }

  public String word() {
    return this == ALL ? "all" : "staff";
  }

  /** The safe reading: whatever is not {@code "all"} is for staff only. */
  public static Audience of(String word) {
    return word.equals("all") ? ALL : STAFF;
  }
}
