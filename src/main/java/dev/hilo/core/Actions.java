package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Capabilities;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.desk.RoutePlanner;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Tokens;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What people do beside saying: note, assign, resolve, join, read … Sockets and REST share it.
 * Every refusal is a {@link Problem}. For one event loop.
 */
public final class Actions {
  private static final Duration LINK_LIFE = Duration.ofMinutes(5);

  private final Threads threads;
  private final Roots roots;
  private final Joining joining;
  private final Proofs proofs;
  private final AddressKeys keys;
  private final Tokens tokens;
  private final Rosters rosters;
  private final Ways ways;
  private final Gestures gestures;
  private final URI publicUrl;

  public Actions(
      Threads threads,
      Roots roots,
      Joining joining,
      Proofs proofs,
      AddressKeys keys,
      Tokens tokens,
      Rosters rosters,
      Ways ways,
      Gestures gestures,
      URI publicUrl) {
    this.threads = threads;
    this.roots = roots;
    this.joining = joining;
    this.proofs = proofs;
    this.keys = keys;
    this.tokens = tokens;
    this.rosters = rosters;
    this.ways = ways;
    this.gestures = gestures;
    this.publicUrl = publicUrl;
  }

  /** What a {@code do} frame may ask for, by its word. */
  public enum Action {
    NOTE,
    ASSIGN,
    RESOLVE,
    REOPEN,
    LABEL,
    PRIORITY,
    ATTRIBUTES,
    REACT,
    EDIT,
    REMOVE,
    JOIN,
    ASK_PROOF,
    PROVE,
    LINK;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static @Nullable Action of(String word) {
      for (Action action : values()) {
        if (action.word().equals(word)) {
          return action;
        }
      }
      return null;
    }
  }

  /**
   * Does what a {@code do} frame asks for. The result holds {@code pos} where something was
   * appended, else what protocol.md names for the action.
   */
  public Future<ObjectNode> act(Principal who, CustomerId topic, String action, JsonNode f) {
    String id = f.path("id").asText(Ulid.next());
    Action asked = Action.of(action);
    if (asked == null) {
      return Future.failedFuture(
          new Problem(Problem.Code.UNKNOWN_ACTION, "there is no action of this name"));
    }
    try {
      return switch (asked) {
        case NOTE ->
            fact(who, Act.NOTE, topic, id, _ -> new Event.NoteAdded(text(f, "text", 5000)));
        case ASSIGN -> decision(who, Act.ASSIGN, topic, id, s -> assigned(who, s, f));
        case RESOLVE ->
            decision(
                who,
                Act.RESOLVE,
                topic,
                id,
                s -> s.open() ? new Event.ConversationResolved(s.id()) : null);
        case REOPEN ->
            decision(
                who,
                Act.REOPEN,
                topic,
                id,
                s -> s.open() ? null : new Event.ConversationReopened(s.id()));
        case LABEL ->
            decision(
                who,
                Act.LABEL,
                topic,
                id,
                _ -> new Event.LabelsChanged(words(f, "add"), words(f, "remove")));
        case PRIORITY ->
            decision(who, Act.PRIORITY, topic, id, _ -> new Event.PriorityChanged(priority(f)));
        case ATTRIBUTES -> attributes(who, topic, id, f);
        case REACT ->
            onMessage(
                who,
                Act.REACT,
                topic,
                id,
                f,
                m ->
                    new Event.ReactionChanged(
                        m.id(), text(f, "emoji", 32), f.path("on").asBoolean(true)));
        case EDIT ->
            onMessage(
                who,
                Act.EDIT,
                topic,
                id,
                f,
                m -> new Event.MessageEdited(m.id(), Say.content(f.path("content"))));
        case REMOVE ->
            onMessage(who, Act.EDIT, topic, id, f, m -> new Event.MessageRemoved(m.id()));
        case JOIN -> join(who, topic, f);
        case ASK_PROOF ->
            threads
                .thread(who, Act.ASK_PROOF, topic)
                .compose(state -> proofs.ask(who, state, text(f, "via", 64)))
                .map(expires -> Json.object().put("expires", expires));
        case PROVE -> prove(who, topic, f);
        case LINK -> link(who, topic);
      };
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
  }

  private Future<ObjectNode> fact(
      Principal who, Act act, CustomerId topic, String id, Function<StreamState, Event> event) {
    String src = Roots.src("do", who.author().toString(), id);
    Drafts drafts = Drafts.now(who.author(), src);
    return threads
        .thread(who, act, topic)
        .compose(
            state ->
                roots.write(topic, src, s -> List.of(drafts.of(s, fitting(event.apply(state))))))
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
    return threads
        .thread(who, act, topic)
        .compose(
            _ ->
                roots.decide(
                    topic,
                    src,
                    true,
                    state -> {
                      StreamState.Conversation c = state.conversation();
                      if (c == null) {
                        throw new Problem(
                            Problem.Code.CONFLICT, "this thread has no conversation yet");
                      }
                      Event decided = event.apply(c);
                      return decided == null
                          ? List.of()
                          : List.of(drafts.of(state, fitting(decided)));
                    }))
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  /** The event, if it fits an entry. */
  private static Event fitting(Event event) {
    if (Fitting.tooLarge(event)) {
      throw new Problem(
          Problem.Code.TOO_LARGE, "what is written to a thread may have at most 14 kB");
    }
    return event;
  }

  private Event assigned(Principal who, StreamState.Conversation c, JsonNode f) {
    String to = f.path("to").isNull() ? null : text(f, "to", 64);
    if ("me".equals(to)) {
      to = who.author().id();
    }
    if (to != null && rosters.of(who.workspace()).user(to) == null) {
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
    return threads
        .thread(who, Act.ATTRIBUTES, topic)
        .compose(
            _ ->
                roots.decide(
                    topic,
                    src,
                    true,
                    state -> List.of(drafts.of(state, fitting(new Event.AttributesChanged(set))))))
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
    return threads
        .thread(who, act, topic)
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
              if (act == Act.EDIT && !mine) {
                return Future.failedFuture(
                    new Problem(Problem.Code.REFUSED, "only own messages can be changed"));
              }
              Problem cannot = unshown(state, route, m, event.apply(m));
              if (cannot != null) {
                return Future.failedFuture(cannot);
              }
              return roots.write(
                  topic,
                  src,
                  s -> List.of(drafts.of(s, fitting(event.apply(m)), route.home(), route.via())));
            })
        .map(w -> Json.object().put("pos", w.position().toString()));
  }

  /** Why a platform would not show this change to its customer, or null. */
  private @Nullable Problem unshown(
      StreamState state, StreamState.Route route, StreamState.Message m, Event change) {
    if (route.address().live()) {
      return null;
    }
    String channel = route.address().channel();
    Ways.Served served = ways.served(state.customer().workspace(), route);
    Capabilities.Feature needed =
        change instanceof Event.ReactionChanged
            ? Capabilities.Feature.REACTIONS
            : change instanceof Event.MessageEdited
                ? Capabilities.Feature.EDITS
                : Capabilities.Feature.REMOVALS;
    if (served == null || !served.opened().channel().capabilities(route.address()).can(needed)) {
      String what =
          switch (needed) {
            case REACTIONS -> " shows no reactions";
            case EDITS -> " cannot change what was sent";
            default -> " cannot take back what was sent";
          };
      return new Problem(Problem.Code.UNSUITABLE, channel + what);
    }
    return m.externalId() == null
        ? new Problem(Problem.Code.REFUSED, channel + " has not taken this message yet")
        : null;
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
    return threads
        .thread(who, Act.JOIN, topic)
        .compose(_ -> threads.thread(who, Act.JOIN, other))
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
    if (!(who instanceof Principal.Visitor v) || !threads.may(who, Act.PROVE, topic)) {
      return Future.failedFuture(Threads.forbidden());
    }
    return proofs
        .prove(v, text(f, "code", 16).replaceAll("\\s", ""))
        .map(_ -> Json.object().put("proved", true));
  }

  private Future<ObjectNode> link(Principal who, CustomerId topic) {
    if (!(who instanceof Principal.Visitor v) || !threads.may(who, Act.LINK, topic)) {
      return Future.failedFuture(Threads.forbidden());
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

  /** Somebody of the staff writes in this thread, or stopped: shown to the customer. */
  public void typing(Principal who, CustomerId root, boolean on) {
    if (!(who instanceof Principal.Visitor) && threads.may(who, Act.TYPE, root)) {
      roots.root(root).onSuccess(state -> gestures.typing(state, on));
    }
  }

  /** Notes that everything up to a position was seen; completes with null if that is no news. */
  public Future<@Nullable Position> read(Principal who, CustomerId topic, Position upTo) {
    return threads
        .thread(who, Act.READ, topic)
        .compose(
            state -> {
              Position before = state.readBy(who.author());
              if (upTo.after(state.last()) || before != null && !upTo.after(before)) {
                return Future.succeededFuture(null);
              }
              if (who instanceof Principal.Agent
                  && !state.lastInbound().after(upTo)
                  && (before == null || state.lastInbound().after(before))) {
                gestures.read(state);
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
                                  ? drafts.of(
                                      s, event, v.home().toString(), keys.via(Saying.web(v)))
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
    return threads
        .thread(who, Act.CARD, topic)
        .map(
            state ->
                Card.of(
                    state, rosters.of(who.workspace()), ways.plan(state, RoutePlanner.Need.ANY)));
  }

  /** How a customer can be reached now with what {@code need} describes (protocol.md). */
  public Future<ObjectNode> ways(Principal who, CustomerId topic, RoutePlanner.Need need) {
    return threads
        .thread(who, Act.CARD, topic)
        .map(state -> ways.json(state, ways.plan(state, need)));
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
}
