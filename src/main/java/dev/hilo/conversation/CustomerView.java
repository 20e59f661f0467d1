package dev.hilo.conversation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a customer's device is told of an entry. It is built from the few things a customer may
 * know, never made by leaving out: what this class does not name cannot leak.
 *
 * @param t name of the type, as in {@link Event#type}
 * @param me this customer, on whatever device, said it
 */
public record CustomerView(
    String id, String t, long at, String byKind, @Nullable String byName, boolean me, Body body) {

  public sealed interface Body {
    /**
     * Something said.
     *
     * @param ref by which a change names it that came before it
     */
    record Said(
        String channel,
        Content content,
        List<Content.Media> attachments,
        @Nullable String replyTo,
        @Nullable String ref)
        implements Body {}

    record Edited(String message, Content content) implements Body {}

    record Removed(String message) implements Body {}

    record Reacted(String message, String emoji, boolean on) implements Body {}

    record Delivered(List<String> messages, Event.Delivery state) implements Body {}

    record Read(Position upTo) implements Body {}

    record Stored(
        String message, int index, @Nullable String blob, @Nullable String mime, long size)
        implements Body {}

    record Episode(String conversation) implements Body {}

    record HandedOff(String to) implements Body {}
  }

  /**
   * What a device is told of an entry.
   *
   * @param scope the homes this device may see
   * @param publicName the public name of an agent or bot by its id
   * @return null if the entry is none of this device's business
   */
  public static @Nullable CustomerView of(
      Entry entry, Set<String> scope, Function<String, @Nullable String> publicName) {
    Header h = entry.header();
    boolean agentRead =
        entry.event() instanceof Event.ReadMarked && h.by().kind() == Author.Kind.AGENT;
    if (h.aud() != Audience.ALL || !scope.contains(h.home()) && !agentRead) {
      return null;
    }
    Body body = body(entry.event());
    if (body == null) {
      return null;
    }
    boolean me = h.by().isCustomer();
    String name =
        switch (h.by().kind()) {
          case AGENT, BOT -> publicName.apply(h.by().id());
          case CUSTOMER, INTEGRATION, GATEWAY -> null;
        };
    return new CustomerView(h.id(), h.t(), h.at(), me ? "customer" : "agent", name, me, body);
  }

  private static @Nullable Body body(Event event) {
    return switch (event) {
      case Event.MessageAdded e ->
          new Body.Said(
              e.address().channel(),
              shown(e.content()),
              e.attachments().stream().map(CustomerView::shown).toList(),
              e.replyTo(),
              e.externalId() == null ? null : veiled(e.externalId()));
      case Event.MessageEdited e -> new Body.Edited(named(e.message()), shown(e.content()));
      case Event.MessageRemoved e -> new Body.Removed(named(e.message()));
      case Event.ReactionChanged e -> new Body.Reacted(named(e.message()), e.emoji(), e.on());
      case Event.DeliveryChanged e ->
          switch (e.state()) {
            case SENT, DELIVERED, READ, FAILED -> new Body.Delivered(e.messages(), e.state());
            case UNKNOWN -> null;
          };
      case Event.ReadMarked e -> new Body.Read(e.upTo());
      case Event.MediaStored e ->
          new Body.Stored(e.message(), e.index(), e.blob(), e.mime(), e.size());
      case Event.MediaFailed e -> new Body.Stored(e.message(), e.index(), null, null, -1);
      case Event.ConversationOpened e -> new Body.Episode(e.conversation());
      case Event.ConversationResolved e -> new Body.Episode(e.conversation());
      case Event.HandedOff e -> new Body.HandedOff(e.to());
      case Event.CustomerStarted _,
          Event.NoteAdded _,
          Event.ConversationAssigned _,
          Event.ConversationReopened _,
          Event.LabelsChanged _,
          Event.PriorityChanged _,
          Event.AttributesChanged _,
          Event.AddressLinked _,
          Event.IdentityObserved _,
          Event.CustomersMerged _,
          Event.Sealed _,
          Event.ConsentChanged _,
          Event.CallLogged _,
          Event.Noticed _,
          Event.Unrouted _,
          Event.ItemPut _,
          Event.ItemRemoved _,
          Event.Audited _,
          Event.Unknown _ ->
          null;
    };
  }

  /** A platform's id may hold somebody's number: a customer's device gets only what it hides in. */
  private static String veiled(String externalId) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(externalId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static String named(String message) {
    return message.startsWith("ext:") ? "ext:" + veiled(message.substring(4)) : message;
  }

  private static Content shown(Content content) {
    return switch (content) {
      case Content.Unsupported u -> new Content.Unsupported(u.kind(), "");
      case Content.Media m -> shown(m);
      case Content.Text _,
          Content.Location _,
          Content.Contact _,
          Content.Choices _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _ ->
          content;
    };
  }

  /** Without the platform's own handle, and without its words for what went wrong. */
  private static Content.Media shown(Content.Media m) {
    String failed = m.failed() == null ? null : "unavailable";
    return new Content.Media(
        m.kind(), m.blob(), m.mime(), m.size(), m.name(), m.caption(), null, failed);
  }
}
