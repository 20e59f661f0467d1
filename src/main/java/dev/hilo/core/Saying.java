package dev.hilo.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.desk.Episodes;
import dev.hilo.desk.RoutePlanner;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Blobs;
import dev.hilo.store.Directory;
import dev.hilo.store.Streams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people say. A visitor's message is a fact of the web chat; an agent's is a decision on the
 * thread as the agent saw it, and is queued for its address by being appended. For one event loop.
 */
public final class Saying {
  private static final int NAMED = 10_000;
  private static final long NAMED_MS = 600_000;

  /** The directory has this address: told in an epoch of its home's partition. */
  private record Named(String via, long epoch, long until) {}

  private final Map<Address, Named> named = new Lately<>(NAMED);

  private final Threads threads;
  private final Roots roots;
  private final Streams streams;
  private final Directory directory;
  private final Accounts accounts;
  private final Ways ways;
  private final AddressKeys keys;
  private final Rosters rosters;
  private final Attachments attachments;

  public Saying(
      Vertx vertx,
      Threads threads,
      Roots roots,
      Streams streams,
      Directory directory,
      Accounts accounts,
      AddressKeys keys,
      Rosters rosters,
      Blobs blobs) {
    this.threads = threads;
    this.roots = roots;
    this.streams = streams;
    this.directory = directory;
    this.accounts = accounts;
    this.ways = new Ways(accounts);
    this.keys = keys;
    this.rosters = rosters;
    this.attachments = new Attachments(vertx, blobs);
  }

  /** Gives the position of the message. */
  public Future<Position> say(Principal who, CustomerId topic, Say say) {
    return switch (who) {
      case Principal.Visitor v ->
          threads.may(who, Act.SAY, topic)
              ? say.content() instanceof Content.Media ? visitorSends(v, say) : visitorSays(v, say)
              : Future.failedFuture(Threads.forbidden());
      case Principal.Agent _, Principal.Integration _ -> staffSays(who, topic, say);
    };
  }

  private Future<Position> visitorSends(Principal.Visitor v, Say say) {
    return roots
        .root(v.home())
        .compose(
            state ->
                attachments.of(
                    say.content(),
                    v.home(),
                    home -> state.scopes().of(v.home().toString()).contains(home.toString())))
        .compose(content -> visitorSays(v, say.with(content)));
  }

  private Future<Position> visitorSays(Principal.Visitor v, Say say) {
    Content content = say.content();
    String text = Fitting.longText(content);
    if (!(content instanceof Content.Text
            || content instanceof Content.Choice
            || content instanceof Content.Media)
        || text != null && text.length() > Ways.WEB_TEXT) {
      return Future.failedFuture(
          new Problem(
              Problem.Code.BAD_REQUEST,
              "a visitor says text of at most " + Ways.WEB_TEXT + " characters, or sends a file"));
    }
    Address address = web(v);
    Named known = named.get(address);
    String via = known == null ? keys.via(address) : known.via;
    String src = Roots.src("say", v.home().toString(), say.id());
    Drafts drafts = Drafts.now(v.author(), src);
    Event.MessageAdded said =
        new Event.MessageAdded(
            address, v.inbox(), content, List.of(), null, null, null, false, Map.of());
    if (Fitting.tooLarge(said)) {
      return Future.failedFuture(
          new Problem(Problem.Code.TOO_LARGE, "a message may have at most 14 kB"));
    }
    Roots.Change change =
        new Roots.Change() {
          private String id = "";

          @Override
          public List<Draft> facts(StreamState state) {
            List<Draft> facts = new ArrayList<>();
            if (state.last().seq() == 0) {
              facts.add(
                  drafts.of(state, new Event.CustomerStarted(Event.CustomerKind.PERSON, null)));
            }
            Draft message = drafts.of(state, said, v.home().toString(), via);
            id = message.header().id();
            facts.add(message);
            return facts;
          }

          @Override
          public List<Draft> decisions(StreamState state) {
            if (!Episodes.begin(state)) {
              return List.of();
            }
            Drafts ours = Drafts.now(Author.gateway("reception"), src);
            Episodes.Cause cause = Episodes.Cause.of(id, said);
            return Episodes.opening(state, cause, rosters.of(v.workspace()).desk()).stream()
                .map(event -> ours.of(state, event))
                .toList();
          }

          @Override
          public boolean gathers() {
            return true;
          }
        };
    if (known != null && known.until > System.currentTimeMillis()) {
      return roots
          .write(v.home(), src, change)
          .compose(
              w ->
                  w.position().epoch() == known.epoch
                      ? spoken(w)
                      : name(v, via)
                          .compose(_ -> named(address, via, w))); // the store may have lost it
    }
    // both leave in one flush, the address first; the answer needs both
    Future<Directory.Home> naming = name(v, via);
    return roots
        .write(v.home(), src, change)
        .compose(w -> naming.compose(_ -> named(address, via, w)));
  }

  private Future<Directory.Home> name(Principal.Visitor v, String via) {
    return directory.home(v.workspace(), via, v.home());
  }

  private Future<Position> named(Address address, String via, Roots.Written w) {
    long until = System.currentTimeMillis() + NAMED_MS;
    named.put(address, new Named(via, w.position().epoch(), until));
    return spoken(w);
  }

  /** The address of a visitor's devices. */
  static Address web(Principal.Visitor v) {
    return new Address(Address.WEB, v.inbox(), v.home().toString());
  }

  /**
   * Where the message stands; the first of a thread comes after its start, also when it is
   * repeated.
   */
  private Future<Position> spoken(Roots.Written w) {
    Position at = w.position();
    return w.duplicate()
        ? streams
            .at(w.root(), at)
            .map(
                e ->
                    e != null && e.event() instanceof Event.CustomerStarted
                        ? new Position(at.epoch(), at.seq() + 1)
                        : at)
        : Future.succeededFuture(positionOf(w, Event.MessageAdded.class));
  }

  private static Position positionOf(Roots.Written w, Class<? extends Event> type) {
    return w.entries().stream()
        .filter(e -> type.isInstance(e.event()))
        .findFirst()
        .map(e -> e.position())
        .orElse(w.position());
  }

  private Future<Position> staffSays(Principal who, CustomerId topic, Say say) {
    String src = Roots.src("say", who.author().toString(), say.id());
    String overridden = say.despite() == null ? null : "despite " + say.despite();
    return threads
        .thread(who, Act.SAY, topic, overridden)
        .compose(state -> withFile(state, say))
        .compose(whole -> decided(who, topic, whole, src))
        .map(w -> positionOf(w, Event.MessageAdded.class))
        .recover(
            e ->
                e instanceof Problem p
                    ? roots
                        .written(topic, src)
                        .compose(
                            said ->
                                said == null
                                    ? withMissed(p, topic, say)
                                    : Future.succeededFuture(said))
                    : Future.failedFuture(e));
  }

  /** Its file, if it has one, becomes one of the address that it goes to. */
  private Future<Say> withFile(StreamState state, Say say) {
    if (!(say.content() instanceof Content.Media m)) {
      return Future.succeededFuture(say);
    }
    CustomerId home = Blobs.home(String.valueOf(m.blob()));
    CustomerId root = state.customer();
    CustomerId to = CustomerId.of(way(state, say).route().home());
    return (home == null || !home.workspace().equals(root.workspace())
            ? Future.succeededFuture(false)
            : roots.root(home).map(there -> there.customer().equals(root)))
        .compose(ours -> attachments.of(say.content(), to, _ -> ours))
        .map(say::with);
  }

  private Future<Roots.Written> decided(Principal who, CustomerId topic, Say say, String src) {
    Drafts drafts = Drafts.now(who.author(), src);
    return roots.decide(
        topic,
        src,
        true,
        state -> {
          boolean moved = !state.customer().equals(topic);
          if (!say.force() && stale(state, say.basedOn(), who.author(), moved)) {
            throw new Problem(Problem.Code.STALE_VIEW, "somebody wrote in the meantime");
          }
          StreamState.Route route = way(state, say).route();
          List<Draft> all = new ArrayList<>();
          Event said = outbound(state, route, say);
          all.add(drafts.of(state, said, route.home(), route.via()));
          Event opening = Episodes.opening(state);
          if (opening != null) {
            all.add(drafts.of(state, opening));
          }
          return all;
        });
  }

  private static boolean stale(
      StreamState state, @Nullable Position basedOn, Author me, boolean moved) {
    if (basedOn == null) {
      return false;
    }
    return moved
        || state.lastInbound().after(basedOn)
        || state.lastOutbound().after(basedOn) && !me.equals(state.lastOutboundBy());
  }

  private Future<Position> withMissed(Problem p, CustomerId topic, Say say) {
    Position basedOn = say.basedOn();
    if (p.code() != Problem.Code.STALE_VIEW || basedOn == null) {
      return Future.failedFuture(p);
    }
    return roots
        .root(topic)
        .compose(state -> streams.after(state.customer(), basedOn, 20))
        .compose(
            missed -> {
              ObjectNode detail = Json.object();
              ArrayNode entries = detail.putArray("missed");
              missed.forEach(
                  m -> {
                    ObjectNode item = entries.addObject().put("pos", m.position().toString());
                    item.set("event", Wire.staff(m, rosters.of(topic.workspace())::name));
                  });
              return Future.failedFuture(new Problem(Problem.Code.STALE_VIEW, p.title(), detail));
            });
  }

  /** The way it goes; a {@link Problem} with the others where it cannot go the way it should. */
  private RoutePlanner.Way way(StreamState state, Say say) {
    RoutePlanner.Plan plan = ways.plan(state, Ways.need(say.content()));
    boolean auto = say.route().equals("auto");
    RoutePlanner.Way way = auto ? plan.chosen() : plan.by(say.route());
    if (way == null) {
      StreamState.Route last = state.lastRoute();
      RoutePlanner.Way blocked = auto && last != null ? plan.by(last.via()) : null;
      if (blocked != null && blocked.obstacle() != null) {
        throw refusal(state, plan, blocked, blocked.obstacle());
      }
      throw new Problem(
          Problem.Code.NO_ROUTE,
          auto
              ? "this customer cannot be reached on any address"
              : "this customer has no such address");
    }
    RoutePlanner.Obstacle obstacle = way.obstacle();
    if (obstacle != null
        && !(obstacle.word().equals(say.despite()) && obstacle.canBeOverridden())) {
      throw refusal(state, plan, way, obstacle);
    }
    return way;
  }

  private Problem refusal(
      StreamState state,
      RoutePlanner.Plan plan,
      RoutePlanner.Way way,
      RoutePlanner.Obstacle obstacle) {
    return obstacle == RoutePlanner.Obstacle.NO_ACCOUNT
            && !accounts.known(state.customer().workspace())
        ? new Problem(Problem.Code.STORE_UNAVAILABLE, "the store does not answer now; try again")
        : Ways.refusal(plan, way, obstacle);
  }

  private Event outbound(StreamState state, StreamState.Route route, Say say) {
    String account = route.account();
    if (!route.address().live()) {
      Ways.Served served = ways.served(state.customer().workspace(), route);
      account = served == null ? account : served.account();
    }
    String answers = say.replyTo();
    if (answers != null && state.message(answers) == null) {
      throw new Problem(Problem.Code.BAD_REQUEST, "replyTo names no recent message of this thread");
    }
    Event event =
        new Event.MessageAdded(
            route.address(),
            account,
            say.content(),
            List.of(),
            null,
            answers,
            null,
            false,
            Map.of());
    if (Fitting.tooLarge(event)) {
      throw new Problem(Problem.Code.TOO_LARGE, "a message may have at most 14 kB");
    }
    return event;
  }
}
