package dev.hilo.conversation;

import dev.hilo.workspace.Item;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an entry says. The stored name of a type is its simple class name, for good. */
public sealed interface Event {

  enum CustomerKind {
    PERSON,
    ROOM,
    DEVICE
  }

  /** First in every stream. */
  record CustomerStarted(CustomerKind kind, @Nullable String name) implements Event {}

  /**
   * Somebody said something; the header's author gives the direction, the header's id is the
   * message's.
   *
   * @param address where it came from or goes to
   * @param account the business side of it (a number, a mailbox, an inbox)
   * @param externalId the platform's id of an inbound message
   * @param replyTo id of the message it answers, ours where known, else the platform's
   * @param sender the participant, where the address is a room
   * @param automatic written by a machine on the other side (auto-reply, echo of a bot)
   * @param context what the channel wants back with the answer; never shown
   */
  record MessageAdded(
      Address address,
      String account,
      Content content,
      List<Content.Media> attachments,
      @Nullable String externalId,
      @Nullable String replyTo,
      @Nullable Participant sender,
      boolean automatic,
      Map<String, String> context)
      implements Event {}

  record Participant(String id, @Nullable String name) {}

  record MessageEdited(String message, Content content) implements Event {}

  record MessageRemoved(String message) implements Event {}

  enum Delivery {
    SENT,
    DELIVERED,
    READ,
    FAILED,
    UNKNOWN
  }

  /**
   * The state of messages of ours. A message that is not known here any more is named {@code
   * ext:<platform id>}.
   *
   * @param externalId the platform's id, with {@code SENT} of a single message
   */
  record DeliveryChanged(
      List<String> messages,
      Delivery state,
      @Nullable String externalId,
      @Nullable String code,
      @Nullable String why)
      implements Event {}

  record ReadMarked(Position upTo) implements Event {}

  record ReactionChanged(String message, String emoji, boolean on) implements Event {}

  /** For staff only, always. */
  record NoteAdded(String text) implements Event {}

  /**
   * An episode begins.
   *
   * @param cause the message that opened it
   */
  record ConversationOpened(String conversation, @Nullable String cause) implements Event {}

  record ConversationAssigned(String conversation, @Nullable String to) implements Event {}

  record ConversationResolved(String conversation) implements Event {}

  record ConversationReopened(String conversation) implements Event {}

  record LabelsChanged(List<String> add, List<String> remove) implements Event {}

  enum Priority {
    LOW,
    NORMAL,
    HIGH,
    URGENT
  }

  record PriorityChanged(Priority priority) implements Event {}

  /** An empty value removes the attribute. {@code name} is the display name. */
  record AttributesChanged(Map<String, String> set) implements Event {}

  /** A further address that reaches this customer. */
  record AddressLinked(Address address, String via) implements Event {}

  /** Evidence that two homes are one person; {@code homes} and {@code vias} have two items each. */
  record IdentityObserved(List<String> homes, List<String> vias, Strength strength, String method)
      implements Event {}

  /**
   * From here on {@code from} speaks in this stream; its own entries up to {@code upTo} stay where
   * they are.
   *
   * @param homes the two homes that the evidence is about
   * @param proved groups of homes already proved to be one person in the other stream
   * @param attributes of the other stream; ours win
   * @param openConversation the other stream's open episode
   */
  record CustomersMerged(
      String mergeId,
      String from,
      Position upTo,
      List<LinkedAddress> addresses,
      Strength strength,
      List<String> homes,
      List<List<String>> proved,
      Map<String, String> attributes,
      @Nullable String openConversation,
      int unread,
      long waitingSince,
      @Nullable String why)
      implements Event {}

  /** An address that a merge brings along. */
  record LinkedAddress(
      String via,
      Address address,
      String account,
      String home,
      long lastAt,
      Map<String, String> context) {}

  /**
   * Last in a stream that was merged into an older one; says all that is needed to finish the
   * merge.
   */
  record Sealed(
      String mergeId, String into, Strength strength, List<String> homes, @Nullable String why)
      implements Event {}

  record ConsentChanged(String via, boolean granted, @Nullable String why) implements Event {}

  /**
   * A step of a telephone call; those of one call have the same {@code call}.
   *
   * @param address who called or was called
   * @param account the business side of it
   * @param call the platform's id of the call
   * @param text what was entered or said
   */
  record CallLogged(
      Address address,
      String account,
      String direction,
      String outcome,
      long seconds,
      @Nullable String call,
      @Nullable String text,
      Content.@Nullable Media recording)
      implements Event {}

  /** Something happened on the platform that nobody said; {@code kind} in a few words of ours. */
  record Noticed(Address address, String account, String kind, Map<String, String> details)
      implements Event {}

  /**
   * The bytes of a file are here. The files of an entry are counted from 0: what it says itself, or
   * the recording of a call; attachments from 1.
   *
   * @param message the message or the call
   * @param size bytes
   */
  record MediaStored(String message, int index, String blob, String mime, long size)
      implements Event {}

  /** There will be no bytes; {@code why} in a few words of ours. */
  record MediaFailed(String message, int index, String why) implements Event {}

  record HandedOff(String to, @Nullable String why) implements Event {}

  /** An item for an account that no configuration knows, kept as it came. */
  record Unrouted(String channel, String endpoint, String account, String raw) implements Event {}

  /** A workspace keeps this from now on, in place of what had its kind and id. */
  record ItemPut(Item item) implements Event {}

  /** {@code item}: as it stood. */
  record ItemRemoved(Item item) implements Event {}

  /**
   * Somebody saw or did something, or was refused it.
   *
   * @param act what was asked for
   * @param topic the customer it is about
   * @param what which one, where there are several
   * @param from network address
   * @param session the sign-in
   */
  record Audited(
      String act,
      @Nullable String topic,
      @Nullable String what,
      boolean ok,
      String from,
      @Nullable String session)
      implements Event {}

  /**
   * A type this release does not know: kept, forwarded, folded as seen. {@code body} is its JSON.
   */
  record Unknown(String type, String body) implements Event {}

  /** The file that {@code index} counts, as in {@link MediaStored}; null if there is none. */
  default Content.@Nullable Media file(int index) {
    return switch (this) {
      case MessageAdded e when index > 0 ->
          index <= e.attachments().size() ? e.attachments().get(index - 1) : null;
      case MessageAdded e -> e.content() instanceof Content.Media m ? m : null;
      case MessageEdited e -> index == 0 && e.content() instanceof Content.Media m ? m : null;
      case CallLogged e -> index == 0 ? e.recording() : null;
      default -> null;
    };
  }

  /** The stored name of this event's type. */
  default String type() {
    return this instanceof Unknown u ? u.type() : getClass().getSimpleName();
  }
}
