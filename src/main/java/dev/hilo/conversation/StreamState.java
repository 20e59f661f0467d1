package dev.hilo.conversation;

import dev.hilo.conversation.Event.Delivery;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's entries add up to: everything decisions are taken on. A pure function of the
 * entries, without clock, settings or randomness; the same entries always give the same state.
 * Bounded: old messages leave {@link #messages}.
 *
 * <p>Owned by one thread at a time. {@link #advance} is the only way in.
 */
public final class StreamState {
  /** Raised whenever the fold changes; snapshots of other versions are thrown away. */
  public static final int FOLD_VERSION = 3;

  private static final int MESSAGES = 256;
  private static final int UNFETCHED = 512;
  private static final int READERS = 32;
  private static final int SNIPPET = 120;
  private static final int EARLY = 64;

  /** Before a platform's id that stands where ours is not known. */
  private static final String EXTERNAL = "ext:";

  /**
   * An address of this customer as a way to reach it. {@code lastAt}: our time of its newest
   * inbound message, ms.
   */
  public record Route(
      String via,
      Address address,
      String account,
      String home,
      long lastAt,
      Map<String, String> context) {}

  /** The episode that is open or was resolved last. Times in ms. */
  public record Conversation(
      String id,
      boolean open,
      @Nullable String assignee,
      Event.Priority priority,
      Set<String> labels,
      long openedAt) {

    Conversation assigned(@Nullable String to) {
      return new Conversation(id, open, to, priority, labels, openedAt);
    }

    Conversation opened(boolean now) {
      return new Conversation(id, now, assignee, priority, labels, openedAt);
    }

    Conversation prioritised(Event.Priority now) {
      return new Conversation(id, open, assignee, now, labels, openedAt);
    }

    Conversation labelled(List<String> add, List<String> remove) {
      Set<String> now = new LinkedHashSet<>(labels);
      now.addAll(add);
      remove.forEach(now::remove);
      return new Conversation(id, open, assignee, priority, now, openedAt);
    }
  }

  /**
   * A recent message: enough to answer it, to find it by the platform's id, and to know what became
   * of it.
   */
  public record Message(
      String id,
      Position position,
      Author by,
      String via,
      @Nullable String externalId,
      @Nullable Delivery delivery,
      long saidAt,
      long changedAt) {

    Message now(Delivery next, @Nullable String external, long at) {
      String ext = external != null ? external : externalId;
      return new Message(id, position, by, via, ext, next, saidAt, at);
    }

    /** False for what says no more of this message than is known. */
    public boolean moves(Delivery next) {
      return forward(delivery, next);
    }
  }

  /** A message or change of ours that the platform has not answered for yet. */
  public record Pending(String id, Position position, String via, String account) {}

  /**
   * A file whose bytes are still on the platform only.
   *
   * @param message the message or the call it belongs to
   * @param index as in {@link Event.MediaStored}
   * @param position of the entry that tells of it
   * @param rx our time of that entry, ms
   */
  public record Unfetched(String message, int index, Position position, long rx) {
    private String key() {
      return message + "/" + index;
    }
  }

  /** A stream that was merged into this one. {@code at} = position of the merge entry here. */
  public record Joined(
      String customer, String mergeId, Position upTo, Position at, long rx, Strength strength) {}

  private String customer = "";
  private Event.CustomerKind kind = Event.CustomerKind.PERSON;
  private Position last = Position.START;
  private Position q = Position.START;
  private TreeMap<String, String> attributes = new TreeMap<>();
  private Map<String, Route> routes = new LinkedHashMap<>();
  private @Nullable Conversation conversation;
  private Map<String, Message> messages = new LinkedHashMap<>();
  private Map<String, Pending> pending = new LinkedHashMap<>();
  private Map<String, Delivery> early = new LinkedHashMap<>();
  private Map<String, Unfetched> unfetched = new LinkedHashMap<>();
  private List<Joined> joined = new ArrayList<>();
  private Scopes scopes = Scopes.NONE;
  private TreeMap<String, Edit> edits = new TreeMap<>();
  private Map<String, Position> reads = new LinkedHashMap<>();
  private Set<String> refusing = new LinkedHashSet<>();
  private Event.@Nullable Sealed sealed;
  private @Nullable Author sealedBy;
  private @Nullable String undecided;
  private boolean blocked;
  private Position lastInbound = Position.START;
  private Position lastOutbound = Position.START;
  private @Nullable Author lastOutboundBy;
  private long waitingSince;
  private int unread;
  private String snippet = "";
  private @Nullable Author snippetBy;
  private boolean snippetNote;
  private long snippetAt;

  /** For the codec. */
  private StreamState() {}

  /** The state of an empty stream. */
  public static StreamState empty(CustomerId customer) {
    StreamState state = new StreamState();
    state.customer = customer.toString();
    return state;
  }

  /**
   * Folds the entries that come right after {@link #last}; entries it has already seen are passed
   * over.
   *
   * @return false if there is a gap or the history was rewound: this state is void and must be
   *     loaded again
   */
  public boolean advance(List<Entry> entries) {
    for (Entry entry : entries) {
      Position at = entry.position();
      if (at.seq() == last.seq() + 1 && at.epoch() >= last.epoch()) {
        apply(entry);
      } else if (at.after(last)) {
        return false;
      }
    }
    return true;
  }

  private void apply(Entry entry) {
    Header h = entry.header();
    last = entry.position();
    if (h.k() != EntryClass.QUIET) {
      q = last;
    }
    scopes = scopes.after(entry.event());
    switch (entry.event()) {
      case Event.CustomerStarted e -> {
        kind = e.kind();
        if (e.name() != null) {
          attributes.put("name", e.name());
        }
      }
      case Event.MessageAdded e -> {
        message(entry, h, e);
        for (int i = 0; i <= e.attachments().size(); i++) {
          file(h.id(), i, entry);
        }
      }
      case Event.MessageEdited e -> {
        edited(h, e);
        changed(entry, h, e.message());
        file(e.message(), 0, entry);
      }
      case Event.MessageRemoved e -> {
        changed(entry, h, e.message());
        unfetched.values().removeIf(f -> f.message().equals(e.message()));
      }
      case Event.ReactionChanged e -> changed(entry, h, e.message());
      case Event.CallLogged _ -> file(h.id(), 0, entry);
      case Event.MediaStored e -> unfetched.remove(e.message() + "/" + e.index());
      case Event.MediaFailed e -> unfetched.remove(e.message() + "/" + e.index());
      case Event.DeliveryChanged e -> delivered(h, e);
      case Event.ReadMarked e -> read(h, e);
      case Event.NoteAdded e -> said(e.text(), h, true);
      case Event.ConversationOpened e -> {
        conversation =
            new Conversation(
                e.conversation(), true, null, Event.Priority.NORMAL, new LinkedHashSet<>(), h.rx());
        undecided = null;
      }
      case Event.ConversationAssigned e -> change(c -> c.assigned(e.to()));
      case Event.ConversationResolved _ -> {
        change(c -> c.opened(false));
        waitingSince = 0;
        unread = 0;
      }
      case Event.ConversationReopened _ -> change(c -> c.opened(true));
      case Event.LabelsChanged e -> change(c -> c.labelled(e.add(), e.remove()));
      case Event.PriorityChanged e -> change(c -> c.prioritised(e.priority()));
      case Event.AttributesChanged e -> e.set().forEach(this::attribute);
      case Event.AddressLinked e -> link(e, h);
      case Event.CustomersMerged e -> merged(entry, h, e);
      case Event.Sealed e -> {
        sealed = e;
        sealedBy = h.by();
      }
      case Event.ConsentChanged e -> {
        if (e.granted()) {
          refusing.remove(e.via());
        } else {
          refusing.add(e.via());
        }
      }
      case Event.Noticed e -> noticed(e, h);
      case Event.ItemPut e -> edited(e.item(), false);
      case Event.ItemRemoved e -> edited(e.item(), true);
      case Event.Unknown _ -> blocked |= h.must().contains("decide");
      case Event.IdentityObserved _, Event.HandedOff _, Event.Unrouted _, Event.Audited _ -> {}
    }
  }

  private void edited(Item item, boolean gone) {
    edits.put(Desk.key(item.kind(), item.id()), new Edit(item, gone, last.toString()));
  }

  private void message(Entry entry, Header h, Event.MessageAdded e) {
    String via = h.via() == null ? "" : h.via();
    messages.put(
        h.id(),
        new Message(h.id(), entry.position(), h.by(), via, e.externalId(), null, h.rx(), h.rx()));
    if (messages.size() > MESSAGES) {
      messages.remove(messages.keySet().iterator().next());
    }
    Route known = routes.get(via);
    if (h.by().isCustomer()) {
      routes.remove(via);
      routes.put(via, new Route(via, e.address(), e.account(), h.home(), h.rx(), e.context()));
      if (!e.automatic()) {
        lastInbound = entry.position();
        unread++;
        waitingSince = waitingSince == 0 ? h.rx() : waitingSince;
        if (conversation == null || !conversation.open()) {
          undecided = h.id();
        }
      }
    } else {
      if (known == null) {
        routes.put(via, new Route(via, e.address(), e.account(), h.home(), 0, Map.of()));
      }
      if (e.externalId() == null && !e.address().live()) {
        pending.put(h.id(), new Pending(h.id(), entry.position(), via, e.account()));
      }
      lastOutbound = entry.position();
      lastOutboundBy = h.by();
      if (h.by().kind() == Author.Kind.AGENT) {
        waitingSince = 0;
        unread = 0;
      }
    }
    Content shown = h.by().equals(Author.PROOF) ? e.content().masked() : e.content();
    said(shown.preview(SNIPPET), h, false);
  }

  /** What an entry says of a file stands in place of what an earlier one said. */
  private void file(String message, int index, Entry entry) {
    Unfetched file = new Unfetched(message, index, entry.position(), entry.header().rx());
    unfetched.remove(file.key());
    Content.Media media = entry.event().file(index);
    if (media != null && media.unfetched()) {
      unfetched.put(file.key(), file);
      if (unfetched.size() > UNFETCHED) {
        unfetched.remove(unfetched.keySet().iterator().next());
      }
    }
  }

  private void edited(Header h, Event.MessageEdited e) {
    Message known = messages.get(e.message());
    if (known != null && h.by().isCustomer() && h.rx() >= snippetAt) {
      said(e.content().preview(SNIPPET), h, false);
    }
  }

  /** What staff change about a message on a platform must reach the platform too. */
  private void changed(Entry entry, Header h, String message) {
    Message known = messages.get(message);
    Route route = known == null ? null : routes.get(known.via());
    boolean staff =
        switch (h.by().kind()) {
          case AGENT, BOT, INTEGRATION -> true;
          case CUSTOMER, GATEWAY -> false;
        };
    if (staff && route != null && !route.address().live()) {
      pending.put(h.id(), new Pending(h.id(), entry.position(), route.via(), route.account()));
    }
  }

  private void said(String text, Header h, boolean note) {
    snippet = text.length() > SNIPPET ? text.substring(0, SNIPPET) : text;
    snippetBy = h.by();
    snippetNote = note;
    snippetAt = h.rx();
  }

  private void delivered(Header h, Event.DeliveryChanged e) {
    for (String id : e.messages()) {
      pending.remove(id);
      String external = id.startsWith(EXTERNAL) ? id.substring(EXTERNAL.length()) : null;
      Message known = external == null ? messages.get(id) : byExternalId(external);
      if (known == null && external != null) {
        early(external, e.state());
      } else if (known != null && forward(known.delivery(), e.state())) {
        Message now = known.now(e.state(), external == null ? e.externalId() : null, h.rx());
        Delivery before = now.externalId() == null ? null : early.remove(now.externalId());
        boolean further = before != null && forward(now.delivery(), before);
        messages.put(
            known.id(), further ? now.now(Objects.requireNonNull(before), null, h.rx()) : now);
      }
    }
  }

  /** The platform may tell what became of a message before we wrote down that it took it. */
  private void early(String external, Delivery state) {
    early.merge(external, state, (is, next) -> forward(is, next) ? next : is);
    if (early.size() > EARLY) {
      early.remove(early.keySet().iterator().next());
    }
  }

  /** Delivery only moves forward; a late proof of arrival beats a failure. */
  private static boolean forward(@Nullable Delivery from, Delivery to) {
    if (from == null || from == Delivery.UNKNOWN) {
      return true;
    }
    return switch (to) {
      case UNKNOWN -> false;
      case SENT -> false;
      case DELIVERED -> from == Delivery.SENT || from == Delivery.FAILED;
      case READ -> from != Delivery.READ;
      case FAILED -> from == Delivery.SENT;
    };
  }

  private void read(Header h, Event.ReadMarked e) {
    String who = h.by().toString();
    Position before = reads.remove(who);
    reads.put(who, before == null || e.upTo().after(before) ? e.upTo() : before);
    if (reads.size() > READERS) {
      reads.remove(reads.keySet().iterator().next());
    }
    if (h.by().kind() == Author.Kind.AGENT && !lastInbound.after(e.upTo())) {
      unread = 0;
    }
  }

  private void attribute(String name, String value) {
    if (value.isEmpty()) {
      attributes.remove(name);
    } else {
      attributes.put(name, value);
    }
  }

  private void link(Event.AddressLinked e, Header h) {
    routes.putIfAbsent(e.via(), new Route(e.via(), e.address(), "", h.home(), 0, Map.of()));
  }

  private void noticed(Event.Noticed e, Header h) {
    String via = h.via() == null ? "" : h.via();
    routes.putIfAbsent(via, new Route(via, e.address(), e.account(), h.home(), 0, Map.of()));
  }

  private void merged(Entry entry, Header h, Event.CustomersMerged e) {
    joined.add(new Joined(e.from(), e.mergeId(), e.upTo(), entry.position(), h.rx(), e.strength()));
    for (Event.LinkedAddress a : e.addresses()) {
      Route mine = routes.get(a.via());
      if (mine == null || a.lastAt() > mine.lastAt()) {
        routes.put(
            a.via(),
            new Route(a.via(), a.address(), a.account(), a.home(), a.lastAt(), a.context()));
      }
    }
    e.attributes().forEach(attributes::putIfAbsent);
    if (e.openConversation() != null && (conversation == null || !conversation.open())) {
      conversation =
          new Conversation(
              e.openConversation(),
              true,
              null,
              Event.Priority.NORMAL,
              new LinkedHashSet<>(),
              h.rx());
      undecided = null;
    }
    unread += e.unread();
    if (e.waitingSince() > 0) {
      waitingSince =
          waitingSince == 0 ? e.waitingSince() : Math.min(waitingSince, e.waitingSince());
    }
  }

  private void change(UnaryOperator<Conversation> by) {
    if (conversation != null) {
      conversation = by.apply(conversation);
    }
  }

  public CustomerId customer() {
    return CustomerId.of(customer);
  }

  public Event.CustomerKind kind() {
    return kind;
  }

  /** Position of the newest entry folded. */
  public Position last() {
    return last;
  }

  /** Position of the newest entry that matters to decisions. */
  public Position q() {
    return q;
  }

  public Map<String, String> attributes() {
    return attributes;
  }

  /** The display name, or null if nobody told one. */
  public @Nullable String name() {
    return attributes.get("name");
  }

  /** By key of the address; the one heard from last stands last. */
  public Map<String, Route> routes() {
    return routes;
  }

  /** The address heard from last, or null if this customer never wrote. */
  public @Nullable Route lastRoute() {
    Route newest = null;
    for (Route route : routes.values()) {
      if (route.lastAt() > 0 && (newest == null || route.lastAt() >= newest.lastAt())) {
        newest = route;
      }
    }
    return newest;
  }

  /** The inboxes it came by, {@code channel:account} each. */
  public Set<String> inboxes() {
    Set<String> inboxes = new LinkedHashSet<>();
    for (Route route : routes.values()) {
      if (!route.account().isEmpty()) {
        inboxes.add(route.address().channel() + ":" + route.account());
      }
    }
    return inboxes;
  }

  /** What was done to the items of a workspace, in its own stream. */
  public Map<String, Edit> edits() {
    return edits;
  }

  public @Nullable Conversation conversation() {
    return conversation;
  }

  public @Nullable Message message(String id) {
    return messages.get(id);
  }

  /** The recent messages, in order. */
  public Collection<Message> messages() {
    return Collections.unmodifiableCollection(messages.values());
  }

  /** The recent message that the platform calls {@code externalId}, or null. */
  public @Nullable Message byExternalId(String externalId) {
    Message found = null;
    for (Message m : messages.values()) {
      if (externalId.equals(m.externalId())) {
        found = m;
      }
    }
    return found;
  }

  /** The newest remembered message that the customer sent from this address, or null. */
  public @Nullable Message newestOn(String via) {
    Message found = null;
    for (Message m : messages.values()) {
      if (m.by().isCustomer() && m.via().equals(via)) {
        found = m;
      }
    }
    return found;
  }

  /** Messages of ours without an answer of the platform, in order. */
  public List<Pending> pending() {
    return List.copyOf(pending.values());
  }

  /** Files that are to be fetched, the oldest first. */
  public List<Unfetched> unfetched() {
    return List.copyOf(unfetched.values());
  }

  /** The newest message sent to this address whose outcome is unknown, or null. */
  public @Nullable Message unknownOn(String via) {
    Message found = null;
    for (Message m : messages.values()) {
      if (m.via().equals(via) && m.delivery() == Delivery.UNKNOWN) {
        found = m;
      }
    }
    return found;
  }

  public List<Joined> joined() {
    return joined;
  }

  public Scopes scopes() {
    return scopes;
  }

  public @Nullable Position readBy(Author who) {
    return reads.get(who.toString());
  }

  /** True if this address asked not to be written to. */
  public boolean refuses(String via) {
    return refusing.contains(via);
  }

  /** The seal this stream ends in, or null. */
  public Event.@Nullable Sealed sealed() {
    return sealed;
  }

  public @Nullable Author sealedBy() {
    return sealedBy;
  }

  /** The entry that asks for an open conversation and has none yet, or null. */
  public @Nullable String undecided() {
    return undecided;
  }

  /** True if an entry of a newer release forbids this one to decide for this customer. */
  public boolean blocked() {
    return blocked;
  }

  public Position lastInbound() {
    return lastInbound;
  }

  public Position lastOutbound() {
    return lastOutbound;
  }

  public @Nullable Author lastOutboundBy() {
    return lastOutboundBy;
  }

  /** Our time of the oldest inbound message nobody answered, ms; 0 = nobody waits. */
  public long waitingSince() {
    return waitingSince;
  }

  public int unread() {
    return unread;
  }

  public String snippet() {
    return snippet;
  }

  public @Nullable Author snippetBy() {
    return snippetBy;
  }

  public boolean snippetNote() {
    return snippetNote;
  }

  /** Our time of the newest message or note, ms. */
  public long snippetAt() {
    return snippetAt;
  }

  /** When the keeper must look at this customer again: 0 = now, null = no need. */
  public @Nullable Long due() {
    boolean opening = undecided != null && sealed == null;
    return pending.isEmpty() && unfetched.isEmpty() && !opening ? null : 0L;
  }
}
