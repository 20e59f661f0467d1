package dev.hilo.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.SendResult;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Event.CustomerKind;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.desk.Episodes;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Blobs;
import dev.hilo.store.Directory;
import dev.hilo.store.SharedObjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What channels report becomes entries: the address finds its home, the fact is appended, the
 * decisions that follow from it travel with it. Completes when everything is durable. For one event
 * loop.
 */
public final class Reception {
  /** Characters of a platform's reasons, and of its ids where they name nothing we know. */
  private static final int LONGEST = 1000;

  /** Characters of what was said in a call. */
  private static final int SAID = 4000;

  /** A platform's clock may be so much behind ours. */
  private static final long SKEW_MS = 1000;

  private static final int NAMED = 10_000;
  private static final long NAMED_MS = 600_000;

  /** Addresses that one payload says to be the same person. */
  private record Person(String workspace, Address address, List<Address> aliases) {}

  /** The directory has these addresses: told in an epoch of their home's partition. */
  private record Named(CustomerId home, long epoch, long until) {}

  private final Map<Person, Named> named = new Lately<>(NAMED);
  private final Vertx vertx;
  private final AddressKeys keys;
  private final Directory directory;
  private final Roots roots;
  private final Joining joining;
  private final Accounts accounts;
  private final Rosters rosters;
  private final Fitting fitting;
  private final SharedObjects objects;

  public Reception(
      Vertx vertx,
      AddressKeys keys,
      Directory directory,
      Roots roots,
      Joining joining,
      Accounts accounts,
      Rosters rosters,
      Blobs blobs,
      SharedObjects objects) {
    this.vertx = vertx;
    this.keys = keys;
    this.directory = directory;
    this.roots = roots;
    this.joining = joining;
    this.accounts = accounts;
    this.rosters = rosters;
    this.fitting = new Fitting(blobs);
    this.objects = objects;
  }

  /** Items of one delivery to {@code workspace}, in order. A repeat is harmless. */
  public Future<Void> receive(String workspace, String type, String endpoint, List<Inbound> items) {
    Future<Void> done = Future.succeededFuture();
    for (List<Inbound> run : Receipts.gathered(items)) {
      done = done.compose(_ -> received(workspace, type, endpoint, run));
    }
    return done;
  }

  /** {@code run}: one item, or receipts that say the same. */
  private Future<Void> received(String workspace, String type, String endpoint, List<Inbound> run) {
    Inbound item = run.getFirst();
    Inbound.Origin origin = item.origin();
    String key = run.stream().map(i -> i.origin().dedupeKey()).collect(Collectors.joining("\0"));
    String src = src(type, item, key);
    Accounts.Opened opened = accounts.account(workspace, type, origin.account());
    if (opened == null) {
      if (!accounts.known(workspace)) {
        return Future.failedFuture(
            new Problem(Problem.Code.STORE_UNAVAILABLE, "the accounts are not known yet"));
      }
      Future<Void> kept = Future.succeededFuture();
      for (Inbound each : run) {
        kept = kept.compose(_ -> unrouted(workspace, type, endpoint, each));
      }
      return kept;
    }
    String via = keys.via(origin.address());
    if (item instanceof Inbound.AccountChanged changed) {
      opened.health().access(changed.connected(), changed.why());
      return Future.succeededFuture();
    }
    if (item instanceof Inbound.Typing typing) {
      return typing(workspace, typing, via);
    }
    Person person = new Person(workspace, origin.address(), origin.aliases());
    Named known = item instanceof Inbound.IdentityChange ? null : named.get(person);
    if (known != null && known.until > System.currentTimeMillis()) {
      return write(run, new Directory.Home(known.home, false), via, src)
          .compose(
              w ->
                  w.position().epoch() == known.epoch
                      ? Future.succeededFuture()
                      : home(workspace, origin, via) // the store may have lost it
                          .compose(home -> settled(person, item, home.customer(), via, w)));
    }
    return home(workspace, origin, via)
        .compose(
            home ->
                write(run, home, via, src)
                    .compose(w -> settled(person, item, home.customer(), via, w)));
  }

  private Future<Roots.Written> write(
      List<Inbound> run, Directory.Home home, String via, String src) {
    Future<?> seen =
        refers(run.getFirst()) && !home.fresh()
            ? roots.root(home.customer())
            : Future.succeededFuture();
    return seen.compose(_ -> fitted(run.getFirst(), home.customer()))
        .compose(
            adopted -> {
              Roots.Change change = change(adopted, run, home.customer(), via, src);
              return home.fresh()
                  ? roots.writeFirst(home.customer(), src, change)
                  : roots.write(home.customer(), src, change);
            });
  }

  /** Whether it is about what stands there already, which must be as new as the store has it. */
  private static boolean refers(Inbound item) {
    return switch (item) {
      case Inbound.Message m -> m.echo() || m.replyTo() != null;
      case Inbound.Edit _,
          Inbound.Removal _,
          Inbound.Reaction _,
          Inbound.Receipt _,
          Inbound.Watermark _ ->
          true;
      case Inbound.Consent _,
          Inbound.IdentityChange _,
          Inbound.Call _,
          Inbound.Notice _,
          Inbound.Typing _,
          Inbound.AccountChanged _ ->
          false;
    };
  }

  private Future<Void> settled(
      Person person, Inbound item, CustomerId home, String via, Roots.Written w) {
    return prove(item, home, via)
        .onSuccess(
            _ -> {
              long until = System.currentTimeMillis() + NAMED_MS;
              named.put(person, new Named(home, w.position().epoch(), until));
            });
  }

  /**
   * An address that is new takes the home of an alias that the platform proves to be the same
   * person.
   */
  private Future<Directory.Home> home(String workspace, Inbound.Origin origin, String via) {
    Future<@Nullable CustomerId> known = Future.succeededFuture(null);
    for (Address alias : origin.aliases()) {
      known =
          known.compose(
              found ->
                  found != null
                      ? Future.succeededFuture(found)
                      : directory.find(workspace, keys.via(alias)));
    }
    return known.compose(
        found ->
            directory
                .home(workspace, via, found != null ? found : CustomerId.fresh(workspace))
                .map(
                    home ->
                        found != null && home.customer().equals(found)
                            ? new Directory.Home(found, false)
                            : home));
  }

  /**
   * Aliases get the same home; where one has another already, the platform's proof joins the two.
   */
  private Future<Void> prove(Inbound item, CustomerId home, String via) {
    Future<Void> done = Future.succeededFuture();
    List<Address> same = new ArrayList<>(item.origin().aliases());
    if (item instanceof Inbound.IdentityChange change) {
      same.addAll(change.current());
    }
    for (Address alias : same) {
      done = done.compose(_ -> proved(home, via, alias));
    }
    return done;
  }

  /** A platform proves that whoever is reached by {@code via} is reached by {@code alias}, too. */
  public Future<Void> proved(CustomerId home, String via, Address alias) {
    String other = keys.via(alias);
    return directory
        .home(home.workspace(), other, home)
        .compose(
            there ->
                there.customer().equals(home)
                    ? Future.succeededFuture()
                    : joining
                        .observe(
                            new Joining.Evidence(
                                List.of(home, there.customer()),
                                List.of(via, other),
                                Strength.PLATFORM,
                                alias.channel(),
                                Author.gateway("reception")))
                        .mapEmpty());
  }

  private static String src(String type, Inbound item, String key) {
    return Roots.src(type, item.origin().account(), item.getClass().getSimpleName(), key);
  }

  private Future<Void> unrouted(String workspace, String type, String endpoint, Inbound item) {
    String src = src(type, item, item.origin().dedupeKey());
    CustomerId stream = CustomerId.unrouted(workspace);
    String raw = Fitting.cut(new String(Json.bytes(item), StandardCharsets.UTF_8), 8000);
    Event event = new Event.Unrouted(type, endpoint, item.origin().account(), raw);
    Drafts drafts = drafts(Author.gateway("reception"), src, item.origin());
    return roots
        .write(
            stream,
            src,
            new Roots.Change() {
              @Override
              public List<Draft> facts(StreamState state) {
                return List.of(drafts.of(state, event));
              }

              @Override
              public boolean rings() {
                return false;
              }
            })
        .mapEmpty();
  }

  private static Drafts drafts(Author by, String src, Inbound.Origin origin) {
    long rx = System.currentTimeMillis();
    return new Drafts(by, src, origin.at() == null ? rx : origin.at().toEpochMilli(), rx);
  }

  /** Shown to whoever watches the thread; of somebody who never wrote it says nothing. */
  private Future<Void> typing(String workspace, Inbound.Typing typing, String via) {
    return directory
        .find(workspace, via)
        .compose(
            home ->
                home == null
                    ? Future.succeededFuture()
                    : roots
                        .root(home)
                        .onSuccess(
                            state -> {
                              Author by = Author.customer(home);
                              ObjectNode signal =
                                  Json.object()
                                      .put("kind", "typing")
                                      .put("aud", "all")
                                      .put("session", via)
                                      .put("home", home.toString());
                              signal
                                  .putObject("who")
                                  .put("kind", by.kind().word())
                                  .put("id", by.id());
                              signal.putObject("data").put("on", typing.on());
                              objects.signal(state.customer(), Json.bytes(signal));
                            })
                        .mapEmpty());
  }

  private Roots.Change change(
      Inbound item, List<Inbound> run, CustomerId home, String via, String src) {
    boolean echo = item instanceof Inbound.Message m && m.echo();
    boolean platform =
        item instanceof Inbound.Receipt
            || item instanceof Inbound.Watermark
            || item instanceof Inbound.IdentityChange;
    Author by =
        echo
            ? Author.gateway("echo")
            : platform ? Author.gateway("platform") : Author.customer(home);
    Drafts drafts = drafts(by, src, item.origin());
    return new Roots.Change() {
      private Episodes.@Nullable Cause cause;

      @Override
      public List<Draft> facts(StreamState state) {
        List<Draft> facts = new ArrayList<>();
        if (state.last().seq() == 0) {
          facts.add(start(state, item, drafts));
        }
        Event event = run.size() > 1 ? reached(run, state) : event(item, state, via);
        if (event != null) {
          Draft draft = drafts.of(state, event, home.toString(), via);
          if (event instanceof Event.MessageAdded a && !a.automatic() && !echo) {
            cause = Episodes.Cause.of(draft.header().id(), a);
          }
          facts.add(echo || platform ? asFact(draft) : draft);
        }
        if (item instanceof Inbound.Notice n && n.kind().equals("follow")) {
          Event allowed = new Event.ConsentChanged(via, true, "follows");
          facts.add(drafts.of(state, allowed, home.toString(), via));
        }
        return facts;
      }

      @Override
      public List<Draft> decisions(StreamState state) {
        List<Draft> decisions = new ArrayList<>();
        Drafts ours = Drafts.now(Author.gateway("reception"), src);
        Map<String, String> told = news(state, item);
        if (!told.isEmpty()) {
          decisions.add(ours.of(state, new Event.AttributesChanged(told)));
        }
        if (cause != null) {
          for (Event event : Episodes.opening(state, cause, rosters.of(home.workspace()).desk())) {
            decisions.add(ours.of(state, event));
          }
        }
        return decisions;
      }

      @Override
      public boolean rings() {
        return item instanceof Inbound.Message
            || item instanceof Inbound.Edit
            || item instanceof Inbound.Call c && c.recording() != null;
      }
    };
  }

  /**
   * What the platform tells of our side is a fact, not a decision of ours. Receipts keep their own
   * class.
   */
  private static Draft asFact(Draft draft) {
    var h = draft.header();
    if (h.k() != EntryClass.DECISION) {
      return draft;
    }
    return new Draft(
        new Header(
            h.v(),
            EntryClass.FACT,
            h.t(),
            h.id(),
            h.home(),
            h.via(),
            h.by(),
            h.aud(),
            h.src(),
            h.at(),
            h.rx(),
            h.conv(),
            h.must(),
            h.enc()),
        draft.event());
  }

  private static Draft start(StreamState state, Inbound item, Drafts drafts) {
    CustomerKind kind =
        item.origin().sender() != null || isRoom(item.origin())
            ? CustomerKind.ROOM
            : item.origin().address().id().startsWith("device:")
                ? CustomerKind.DEVICE
                : CustomerKind.PERSON;
    Inbound.Room room = item.origin().room();
    String name =
        kind == CustomerKind.ROOM
            ? room == null ? null : room.title()
            : item.origin().attributes().get("name");
    return drafts.of(
        state, new Event.CustomerStarted(kind, name == null ? null : Fitting.cut(name, 200)));
  }

  /** Rooms may be joined and left before anybody speaks there. */
  private static boolean isRoom(Inbound.Origin origin) {
    return origin.room() != null && origin.room().id().equals(origin.address().id());
  }

  /**
   * What the platform says of the person and we do not know yet. Names that were set by hand stay.
   */
  private static Map<String, String> news(StreamState state, Inbound item) {
    Map<String, String> told = new LinkedHashMap<>();
    if (item.origin().sender() == null && item instanceof Inbound.Message m && !m.echo()) {
      item.origin()
          .attributes()
          .forEach(
              (name, value) -> {
                if (!state.attributes().containsKey(name)
                    && !value.isEmpty()
                    && value.length() <= 200) {
                  told.put(name, value);
                }
              });
    }
    return told;
  }

  private @Nullable Event event(Inbound item, StreamState state, String via) {
    return switch (item) {
      case Inbound.Message m when m.echo() && sentByUs(state, m.externalId(), via) -> null;
      case Inbound.Message m ->
          new Event.MessageAdded(
              m.origin().address(),
              m.origin().account(),
              m.content(),
              m.attachments(),
              m.externalId(),
              m.replyTo() == null ? null : ours(state, m.replyTo()),
              m.origin().sender(),
              m.automatic(),
              context(m));
      case Inbound.Edit e -> new Event.MessageEdited(ours(state, e.target()), e.content());
      case Inbound.Removal r -> new Event.MessageRemoved(ours(state, r.target()));
      case Inbound.Reaction r ->
          new Event.ReactionChanged(
              ours(state, r.target()),
              r.emoji() == null ? "" : Fitting.cut(r.emoji(), 100),
              r.on());
      case Inbound.Receipt r -> receipt(state, r);
      case Inbound.Consent c -> new Event.ConsentChanged(via, c.granted(), brief(c.why()));
      case Inbound.Call c ->
          new Event.CallLogged(
              c.origin().address(),
              c.origin().account(),
              Fitting.cut(c.direction(), LONGEST),
              Fitting.cut(c.outcome(), LONGEST),
              c.seconds(),
              Fitting.cut(c.id(), LONGEST),
              c.text() == null ? null : Fitting.cut(c.text(), SAID),
              c.recording());
      case Inbound.Notice n ->
          new Event.Noticed(
              n.origin().address(),
              n.origin().account(),
              Fitting.cut(n.kind(), 100),
              Fitting.few(n.details()));
      case Inbound.Watermark w -> watermark(state, w, via);
      case Inbound.Typing _, Inbound.AccountChanged _ -> null;
      case Inbound.IdentityChange i ->
          i.current().isEmpty()
              ? null
              : new Event.AddressLinked(i.current().getFirst(), keys.via(i.current().getFirst()));
    };
  }

  /** The platform tells the business side what it wrote, and so us what we sent. */
  private static boolean sentByUs(StreamState state, String externalId, String via) {
    StreamState.Message known = state.byExternalId(externalId);
    return known != null && known.via().equals(via) && !known.by().isCustomer();
  }

  private static Map<String, String> context(Inbound.Message m) {
    Map<String, String> all = new LinkedHashMap<>(m.context());
    m.details().forEach((k, v) -> all.put("detail." + k, v));
    return all;
  }

  private static String ours(StreamState state, String externalId) {
    StreamState.Message known = state.byExternalId(externalId);
    return known != null ? known.id() : "ext:" + Fitting.cut(externalId, LONGEST);
  }

  private static @Nullable String brief(@Nullable String why) {
    return why == null ? null : Fitting.cut(why, LONGEST);
  }

  /** What we wrote to this address before, as far as it is remembered and not there yet. */
  private static @Nullable Event watermark(StreamState state, Inbound.Watermark w, String via) {
    StreamState.Message last = w.target() == null ? null : state.byExternalId(w.target());
    Instant upTo = w.upTo();
    List<String> reached =
        state.messages().stream()
            .filter(m -> m.via().equals(via) && !m.by().isCustomer() && m.moves(w.state()))
            .filter(m -> m.delivery() != null)
            .filter(
                m ->
                    last != null
                        ? !m.position().after(last.position())
                        : upTo != null && m.saidAt() <= upTo.toEpochMilli() + SKEW_MS)
            .map(StreamState.Message::id)
            .toList();
    return reached.isEmpty()
        ? null
        : new Event.DeliveryChanged(reached, w.state(), null, null, null);
  }

  /** What several receipts of one kind say that is news. */
  private static @Nullable Event reached(List<Inbound> run, StreamState state) {
    List<String> messages = new ArrayList<>();
    Event.Delivery to = Event.Delivery.SENT;
    for (Inbound item : run) {
      if (item instanceof Inbound.Receipt r) {
        to = r.state();
        String message = ours(state, r.target());
        StreamState.Message known = state.message(message);
        if ((known == null || known.moves(to)) && !messages.contains(message)) {
          messages.add(message);
        }
      }
    }
    return messages.isEmpty()
        ? null
        : new Event.DeliveryChanged(List.copyOf(messages), to, null, null, null);
  }

  private static @Nullable Event receipt(StreamState state, Inbound.Receipt r) {
    String message =
        r.correlation() != null && state.message(r.correlation()) != null
            ? r.correlation()
            : ours(state, r.target());
    StreamState.Message known = state.message(message);
    if (known != null && !known.moves(r.state())) {
      return null; // our own send said so before, or the platform did, out of order
    }
    String code = null;
    String why = null;
    SendResult failure = r.failure();
    if (failure != null) {
      switch (failure) {
        case SendResult.Accepted _ -> {}
        case SendResult.Retry f -> why = f.why();
        case SendResult.Refused f -> {
          code = f.code();
          why = f.why();
        }
        case SendResult.WindowClosed f -> {
          code = "window-closed";
          why = f.why();
        }
        case SendResult.Unknown f -> why = f.why();
      }
    }
    return new Event.DeliveryChanged(
        List.of(message), r.state(), r.target(), brief(code), brief(why));
  }

  private Future<Inbound> fitted(Inbound item, CustomerId home) {
    return switch (item) {
      case Inbound.Message m -> {
        Event event = Objects.requireNonNull(event(m, StreamState.empty(home), ""));
        yield Fitting.needed(m, event)
            ? blocking(() -> fitting.adopted(m, home, event))
            : Future.succeededFuture(m);
      }
      case Inbound.Edit e when Fitting.needed(e) -> blocking(() -> fitting.adopted(e, home));
      default -> Future.succeededFuture(item);
    };
  }

  private Future<Inbound> blocking(Callable<Inbound> work) {
    return vertx
        .executeBlocking(work)
        .map(Objects::requireNonNull)
        .recover(e -> Future.failedFuture(Problem.ofFiles(e)));
  }
}
