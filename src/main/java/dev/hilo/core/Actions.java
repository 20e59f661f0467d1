package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
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
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.desk.Episodes;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Directory;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What people do: say, note, assign, resolve, join … Sockets and REST share it. Every refusal is a
 * {@link Problem}. For one event loop.
 */
public final class Actions {
  private static final Duration LINK_LIFE = Duration.ofMinutes(5);
  private static final int LONGEST_TEXT = 10_000;

  private final Roots roots;
  private final Streams streams;
  private final Directory directory;
  private final Joining joining;
  private final Proofs proofs;
  private final Accounts accounts;
  private final AddressKeys keys;
  private final Tokens tokens;
  private final Roster roster;
  private final URI publicUrl;

  public Actions(
      Roots roots,
      Streams streams,
      Directory directory,
      Joining joining,
      Proofs proofs,
      Accounts accounts,
      AddressKeys keys,
      Tokens tokens,
      Roster roster,
      URI publicUrl) {
    this.roots = roots;
    this.streams = streams;
    this.directory = directory;
    this.joining = joining;
    this.proofs = proofs;
    this.accounts = accounts;
    this.keys = keys;
    this.tokens = tokens;
    this.roster = roster;
    this.publicUrl = publicUrl;
  }

  /**
   * The folded root of a thread that {@code who} may do {@code act} on; fails where nothing was
   * ever said.
   */
  public Future<StreamState> thread(Principal who, Act act, CustomerId topic) {
    if (!Permissions.may(who, act, topic)) {
      return Future.failedFuture(forbidden());
    }
    return roots
        .root(topic)
        .compose(
            state ->
                state.last().seq() > 0
                    ? Future.succeededFuture(state)
                    : Future.failedFuture(
                        new Problem(Problem.Code.UNKNOWN_TOPIC, "there is no such thread")));
  }

  /** Gives the position of the message. */
  public Future<Position> say(Principal who, CustomerId topic, Say say) {
    if (!Permissions.may(who, Act.SAY, topic)) {
      return Future.failedFuture(forbidden());
    }
    return switch (who) {
      case Principal.Visitor v -> visitorSays(v, say);
      case Principal.Agent _, Principal.Integration _ -> staffSays(who, topic, say);
    };
  }

  private Future<Position> visitorSays(Principal.Visitor v, Say say) {
    Content content = say.content();
    if (!(content instanceof Content.Text || content instanceof Content.Choice)
        || content instanceof Content.Text t && t.text().length() > LONGEST_TEXT) {
      return Future.failedFuture(
          new Problem(
              Problem.Code.BAD_REQUEST,
              "a visitor says text of at most " + LONGEST_TEXT + " characters"));
    }
    Address address = web(v);
    String via = keys.via(address);
    String src = Roots.src("say", v.home().toString(), say.id());
    Drafts drafts = Drafts.now(v.author(), src);
    Event said =
        new Event.MessageAdded(
            address, v.inbox(), content, List.of(), null, null, null, false, Map.of());
    if (Drafts.tooLarge(said)) {
      return Future.failedFuture(
          new Problem(Problem.Code.TOO_LARGE, "a message may have at most 14 kB"));
    }
    Roots.Change change =
        new Roots.Change() {
          private @Nullable String cause;

          @Override
          public List<Draft> facts(StreamState state) {
            List<Draft> facts = new ArrayList<>();
            if (state.last().seq() == 0) {
              facts.add(
                  drafts.of(state, new Event.CustomerStarted(Event.CustomerKind.PERSON, null)));
            }
            Draft message = drafts.of(state, said, v.home().toString(), via);
            cause = message.header().id();
            facts.add(message);
            return facts;
          }

          @Override
          public List<Draft> decisions(StreamState state) {
            Event opening = Episodes.opening(state, cause);
            return opening == null
                ? List.of()
                : List.of(Drafts.now(Author.gateway("reception"), src).of(state, opening));
          }
        };
    return directory
        .home(v.workspace(), via, v.home())
        .compose(_ -> roots.write(v.home(), src, change))
        .map(w -> positionOf(w, Event.MessageAdded.class));
  }

  /** The address of a visitor's devices. */
  static Address web(Principal.Visitor v) {
    return new Address(Address.WEB, v.inbox(), v.home().toString());
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
    Drafts drafts = Drafts.now(who.author(), src);
    return thread(who, Act.SAY, topic)
        .compose(
            _ ->
                decide(
                    topic,
                    src,
                    state -> {
                      boolean moved = !state.customer().equals(topic);
                      if (!say.force() && stale(state, say.basedOn(), who.author(), moved)) {
                        throw new Problem(
                            Problem.Code.STALE_VIEW, "somebody wrote in the meantime");
                      }
                      StreamState.Route route = route(state, say);
                      List<Draft> all = new ArrayList<>();
                      Event said = outbound(route, say.content());
                      all.add(drafts.of(state, said, route.home(), route.via()));
                      Event opening = Episodes.opening(state, null);
                      if (opening != null) {
                        all.add(drafts.of(state, opening));
                      }
                      return all;
                    }))
        .map(w -> positionOf(w, Event.MessageAdded.class))
        .recover(e -> withMissed(e, topic, say));
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

  private Future<Position> withMissed(Throwable e, CustomerId topic, Say say) {
    Position basedOn = say.basedOn();
    if (!(e instanceof Problem p) || p.code() != Problem.Code.STALE_VIEW || basedOn == null) {
      return Future.failedFuture(e);
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
                    item.set("event", Wire.staff(m, roster::name));
                  });
              return Future.failedFuture(new Problem(Problem.Code.STALE_VIEW, p.title(), detail));
            });
  }

  private static StreamState.Route route(StreamState state, Say say) {
    StreamState.Route route =
        say.route().equals("auto") ? state.lastRoute() : state.routes().get(say.route());
    if (route == null) {
      throw new Problem(
          Problem.Code.NO_ROUTE,
          say.route().equals("auto")
              ? "this customer cannot be reached on any address"
              : "this customer has no such address");
    }
    if (state.refuses(route.via()) && !say.force()) {
      throw new Problem(Problem.Code.REFUSED, "this address asked not to be written to");
    }
    return route;
  }

  private Event outbound(StreamState.Route route, Content content) {
    String type = route.address().channel();
    String account = route.account();
    if (!route.address().live()) {
      Accounts.Opened opened = accounts.account(type, account);
      if (opened == null) {
        account = accounts.anyAccount(type);
        opened = account == null ? null : accounts.account(type, account);
      }
      if (opened == null || account == null) {
        throw new Problem(Problem.Code.NO_ROUTE, "no account of " + type + " is configured");
      }
      int limit = opened.channel().capabilities().textLimit();
      String text = Drafts.longText(content);
      if (text != null && text.length() > limit) {
        throw new Problem(Problem.Code.TOO_LARGE, type + " takes at most " + limit + " characters");
      }
    }
    Event event =
        new Event.MessageAdded(
            route.address(), account, content, List.of(), null, null, null, false, Map.of());
    if (Drafts.tooLarge(event)) {
      throw new Problem(Problem.Code.TOO_LARGE, "a message may have at most 14 kB");
    }
    return event;
  }

  private Future<Roots.Written> decide(
      CustomerId topic, String src, Function<StreamState, List<Draft>> decisions) {
    return roots.write(
        topic,
        src,
        new Roots.Change() {
          @Override
          public List<Draft> facts(StreamState state) {
            return List.of();
          }

          @Override
          public List<Draft> decisions(StreamState state) {
            return decisions.apply(state);
          }
        });
  }

  /**
   * Does what a {@code do} frame asks for. The result holds {@code pos} where something was
   * appended, else what protocol.md names for the action.
   */
  public Future<ObjectNode> act(Principal who, CustomerId topic, String action, JsonNode f) {
    String id = f.path("id").asText(Ulid.next());
    try {
      return switch (action) {
        case "note" ->
            fact(who, Act.NOTE, topic, id, _ -> new Event.NoteAdded(text(f, "text", 5000)));
        case "assign" -> decision(who, Act.ASSIGN, topic, id, s -> assigned(who, s, f));
        case "resolve" ->
            decision(
                who,
                Act.RESOLVE,
                topic,
                id,
                s -> s.open() ? new Event.ConversationResolved(s.id()) : null);
        case "reopen" ->
            decision(
                who,
                Act.REOPEN,
                topic,
                id,
                s -> s.open() ? null : new Event.ConversationReopened(s.id()));
        case "label" ->
            decision(
                who,
                Act.LABEL,
                topic,
                id,
                _ -> new Event.LabelsChanged(words(f, "add"), words(f, "remove")));
        case "priority" ->
            decision(who, Act.PRIORITY, topic, id, _ -> new Event.PriorityChanged(priority(f)));
        case "attributes" -> attributes(who, topic, id, f);
        case "react" ->
            onMessage(
                who,
                Act.REACT,
                topic,
                id,
                f,
                m ->
                    new Event.ReactionChanged(
                        m.id(), text(f, "emoji", 32), f.path("on").asBoolean(true)));
        case "edit" ->
            onMessage(
                who,
                Act.EDIT,
                topic,
                id,
                f,
                m -> new Event.MessageEdited(m.id(), Say.content(f.path("content"))));
        case "remove" ->
            onMessage(who, Act.EDIT, topic, id, f, m -> new Event.MessageRemoved(m.id()));
        case "join" -> join(who, topic, f);
        case "ask-proof" ->
            thread(who, Act.ASK_PROOF, topic)
                .compose(state -> proofs.ask(who, state, text(f, "via", 64)))
                .map(expires -> Json.object().put("expires", expires));
        case "prove" -> prove(who, topic, f);
        case "link" -> link(who, topic);
        default ->
            throw new Problem(Problem.Code.UNKNOWN_ACTION, "there is no action of this name");
      };
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
  }

  private Future<ObjectNode> fact(
      Principal who, Act act, CustomerId topic, String id, Function<StreamState, Event> event) {
    String src = Roots.src("do", who.author().toString(), id);
    Drafts drafts = Drafts.now(who.author(), src);
    return thread(who, act, topic)
        .compose(state -> roots.write(topic, src, s -> List.of(drafts.of(s, event.apply(state)))))
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  private Future<ObjectNode> decision(
      Principal who,
      Act act,
      CustomerId topic,
      String id,
      Function<StreamState.Conversation, @Nullable Event> event) {
    String src = Roots.src("do", who.author().toString(), id);
    Drafts drafts = Drafts.now(who.author(), src);
    return thread(who, act, topic)
        .compose(
            _ ->
                decide(
                    topic,
                    src,
                    state -> {
                      StreamState.Conversation c = state.conversation();
                      if (c == null) {
                        throw new Problem(
                            Problem.Code.CONFLICT, "this thread has no conversation yet");
                      }
                      Event decided = event.apply(c);
                      return decided == null ? List.of() : List.of(drafts.of(state, decided));
                    }))
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  private Event assigned(Principal who, StreamState.Conversation c, JsonNode f) {
    String to = f.path("to").isNull() ? null : text(f, "to", 64);
    if ("me".equals(to)) {
      to = who.author().id();
    }
    if (to != null && roster.agent(to) == null) {
      throw new Problem(Problem.Code.BAD_REQUEST, "there is no agent " + to);
    }
    return new Event.ConversationAssigned(c.id(), to);
  }

  private static Event.Priority priority(JsonNode f) {
    return switch (f.path("priority").asText()) {
      case "low" -> Event.Priority.LOW;
      case "normal" -> Event.Priority.NORMAL;
      case "high" -> Event.Priority.HIGH;
      case "urgent" -> Event.Priority.URGENT;
      default ->
          throw new Problem(
              Problem.Code.BAD_REQUEST, "priority must be low, normal, high or urgent");
    };
  }

  private Future<ObjectNode> attributes(Principal who, CustomerId topic, String id, JsonNode f) {
    Map<String, String> set = new LinkedHashMap<>();
    f.path("set")
        .fields()
        .forEachRemaining(
            e -> {
              if (!e.getKey().matches("[a-z0-9_.-]{1,40}")
                  || e.getValue().asText().length() > 500) {
                throw new Problem(
                    Problem.Code.BAD_REQUEST,
                    "set: names are 1..40 of a-z 0-9 _ . -, values at most 500 characters");
              }
              set.put(e.getKey(), e.getValue().asText());
            });
    if (set.isEmpty() || set.size() > 20) {
      throw new Problem(Problem.Code.BAD_REQUEST, "set must name 1..20 attributes");
    }
    String src = Roots.src("do", who.author().toString(), id);
    Drafts drafts = Drafts.now(who.author(), src);
    return thread(who, Act.ATTRIBUTES, topic)
        .compose(
            _ ->
                decide(
                    topic,
                    src,
                    state -> List.of(drafts.of(state, new Event.AttributesChanged(set)))))
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  /** An act on one message: it lives on the message's address. */
  private Future<ObjectNode> onMessage(
      Principal who,
      Act act,
      CustomerId topic,
      String id,
      JsonNode f,
      Function<StreamState.Message, Event> event) {
    String src = Roots.src("do", who.author().toString(), id);
    Drafts drafts = Drafts.now(who.author(), src);
    return thread(who, act, topic)
        .compose(
            state -> {
              StreamState.Message m = state.message(text(f, "message", 64));
              StreamState.Route route = m == null ? null : state.routes().get(m.via());
              boolean mine = m != null && m.by().equals(who.author());
              if (m == null
                  || route == null
                  || who instanceof Principal.Visitor v && !seen(state, v, route)) {
                return Future.failedFuture(
                    new Problem(Problem.Code.BAD_REQUEST, "there is no such recent message"));
              }
              if (act == Act.EDIT && (!mine || !route.address().live())) {
                return Future.failedFuture(
                    new Problem(
                        Problem.Code.REFUSED, "only own messages of the web chat can be changed"));
              }
              return roots.write(
                  topic,
                  src,
                  s -> List.of(drafts.of(s, event.apply(m), route.home(), route.via())));
            })
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  private static boolean seen(StreamState state, Principal.Visitor v, StreamState.Route route) {
    return state.scopes().of(v.home().toString()).contains(route.home());
  }

  private Future<ObjectNode> join(Principal who, CustomerId topic, JsonNode f) {
    CustomerId other;
    try {
      other = CustomerId.of(text(f, "with", 80));
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Code.BAD_REQUEST, "with must be a customer id");
    }
    return thread(who, Act.JOIN, topic)
        .compose(_ -> thread(who, Act.JOIN, other))
        .compose(
            _ ->
                joining.merge(
                    topic,
                    other,
                    Strength.AGENT,
                    List.of(topic, other),
                    f.path("why").textValue(),
                    who.author()))
        .map(m -> Json.object().put("into", m.root().toString()));
  }

  private Future<ObjectNode> prove(Principal who, CustomerId topic, JsonNode f) {
    if (!(who instanceof Principal.Visitor v) || !Permissions.may(who, Act.PROVE, topic)) {
      return Future.failedFuture(forbidden());
    }
    return proofs
        .prove(v, text(f, "code", 16).replaceAll("\\s", ""))
        .map(_ -> Json.object().put("proved", true));
  }

  private Future<ObjectNode> link(Principal who, CustomerId topic) {
    if (!(who instanceof Principal.Visitor v) || !Permissions.may(who, Act.LINK, topic)) {
      return Future.failedFuture(forbidden());
    }
    String code = Tokens.random();
    return tokens
        .once(code, "device " + v.home() + " " + v.inbox(), LINK_LIFE)
        .map(
            _ ->
                Json.object()
                    .put("url", publicUrl + "/c#" + code)
                    .put("expires", System.currentTimeMillis() + LINK_LIFE.toMillis()));
  }

  /** Notes that everything up to a position was seen; completes with null if that is no news. */
  public Future<@Nullable Position> read(Principal who, CustomerId topic, Position upTo) {
    return thread(who, Act.READ, topic)
        .compose(
            state -> {
              Position before = state.readBy(who.author());
              if (upTo.after(state.last()) || before != null && !upTo.after(before)) {
                return Future.succeededFuture(null);
              }
              String src = Roots.src("read", who.author().toString(), upTo.toString());
              Drafts drafts = Drafts.now(who.author(), src);
              Event event = new Event.ReadMarked(upTo);
              return roots
                  .write(
                      topic,
                      src,
                      new Roots.Change() {
                        @Override
                        public List<Draft> facts(StreamState s) {
                          return List.of(
                              who instanceof Principal.Visitor v
                                  ? drafts.of(s, event, v.home().toString(), keys.via(web(v)))
                                  : drafts.of(s, event));
                        }

                        @Override
                        public boolean rings() {
                          return who instanceof Principal.Agent;
                        }
                      })
                  .map(Roots.Written::position);
            });
  }

  /** The customer card of a thread: {@code pos} and {@code customer} (protocol.md). */
  public Future<ObjectNode> card(Principal who, CustomerId topic) {
    return thread(who, Act.CARD, topic).map(state -> Card.of(state, roster));
  }

  private static List<String> words(JsonNode f, String field) {
    List<String> words = new ArrayList<>();
    for (JsonNode word : f.path(field)) {
      if (word.asText().isBlank() || word.asText().length() > 40 || words.size() == 20) {
        throw new Problem(
            Problem.Code.BAD_REQUEST, field + " takes at most 20 labels of 1..40 characters");
      }
      words.add(word.asText().strip());
    }
    return words;
  }

  private static String text(JsonNode f, String field, int longest) {
    String value = f.path(field).textValue();
    if (value == null || value.isBlank() || value.length() > longest) {
      throw new Problem(
          Problem.Code.BAD_REQUEST, field + " must be text of 1.." + longest + " characters");
    }
    return value;
  }

  private static Problem forbidden() {
    return new Problem(Problem.Code.FORBIDDEN, "this is not yours to do");
  }
}
