package dev.hilo.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Shown;
import dev.hilo.reader.Board;
import dev.hilo.reader.Sight;
import dev.hilo.store.SharedObjects;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What somebody who was let in asks for on its socket, frame by frame. */
final class Requests {
  /** What is remembered of one session between its frames. */
  static final class Notes {
    private Board.@Nullable View view;
    private Frame.@Nullable WatchInbox inbox;
    private boolean desk;
    private int unacked;

    /** What was said or done last, until it is done. */
    private @Nullable Future<?> said;

    /** It is under way among others of its sort, which keep their order. */
    private boolean flows;

    /** What was asked for, while the inbox is watched; else null. */
    Frame.@Nullable WatchInbox inbox() {
      return inbox;
    }

    boolean followsDesk() {
      return desk;
    }

    void deskClosed() {
      desk = false;
    }

    /** Lets go of the inbox. */
    void inboxClosed() {
      inbox = null;
      if (view != null) {
        view.close();
        view = null;
      }
    }
  }

  private static final Future<?> NOTHING = Future.succeededFuture();

  private final Hub.Services services;

  Requests(Hub.Services services) {
    this.services = services;
  }

  /** Throws {@link Problem} for what is refused at once; the rest is answered when it is done. */
  void handle(Session session, Doors.Guest me, Frame frame) {
    Principal who = me.principal();
    switch (frame) {
      case Frame.Hello _ -> throw new Problem(Code.BAD_REQUEST, "hello was said before");
      case Frame.Beat _ -> session.send("{\"type\":\"beat\"}");
      case Frame.Auth auth -> auth(session, me, auth);
      case Frame.SayFrame say -> say(session, me, say);
      case Frame.Do act -> act(session, who, act);
      case Frame.Put put -> put(session, who, put);
      case Frame.Watch watch -> watch(session, who, watch);
      case Frame.WatchInbox inbox -> watchInbox(session, who, inbox);
      case Frame.Unwatch unwatch -> unwatch(session, who, unwatch);
      case Frame.WatchDesk desk -> watchDesk(session, who, desk.ref());
      case Frame.UnwatchDesk unwatch -> {
        session.notes.deskClosed();
        ok(session, unwatch.ref());
      }
      case Frame.UnwatchInbox unwatch -> {
        session.notes.inboxClosed();
        ok(session, unwatch.ref());
      }
      case Frame.Read read -> read(session, who, read);
      case Frame.Typing typing -> typing(session, who, typing);
      case Frame.History history -> history(session, who, history);
      case Frame.State state -> state(session, who, state);
    }
  }

  private void ok(Session session, @Nullable String ref) {
    if (ref != null) {
      session.send(Session.answer(Json.object().put("type", "ok"), ref));
    }
  }

  /** The visitor renews its token where it stands: its page was looked at when it came in. */
  private void auth(Session session, Doors.Guest me, Frame.Auth auth) {
    services
        .doors()
        .token(services.tokens(), auth.token(), null)
        .compose(
            renewed ->
                me.inbox() != null
                        && renewed.inbox() != null
                        && me.inbox().id().equals(renewed.inbox().id())
                        && me.principal().workspace().equals(renewed.principal().workspace())
                    ? Future.succeededFuture(renewed)
                    : Future.failedFuture(
                        new Problem(Code.FORBIDDEN_ORIGIN, "this token is of another inbox")))
        .onSuccess(_ -> ok(session, auth.ref()))
        .onFailure(
            e -> {
              session.failed(e, auth.ref());
              session.close(CloseCode.REVOKED);
            });
  }

  /** The thread a frame is about: a visitor's own, whatever it names. */
  private static CustomerId target(Principal who, @Nullable CustomerId topic) {
    return switch (who) {
      case Principal.Visitor v -> v.home();
      case Principal.Agent _, Principal.Integration _ -> {
        if (topic == null) {
          throw new Problem(Code.UNKNOWN_TOPIC, "topic must be c:<customer>");
        }
        yield topic;
      }
    };
  }

  private void say(Session session, Doors.Guest me, Frame.SayFrame frame) {
    CustomerId topic = target(me.principal(), frame.customer());
    Notes notes = session.notes;
    if (notes.unacked >= services.limits().unacked()) {
      throw new Problem(Code.TOO_MANY_UNACKED, "wait for the acks of what you said");
    }
    notes.unacked++;
    boolean flows = me.principal() instanceof Principal.Visitor && me.registered();
    inOrder(
            notes,
            flows,
            () ->
                admitted(session, me, topic)
                    .compose(_ -> services.saying().say(me.principal(), topic, frame.say())))
        .onComplete(
            r -> {
              notes.unacked--;
              if (r.succeeded()) {
                session.ack(frame.say().id(), r.result(), frame.ref());
              } else {
                session.failed(r.cause(), frame.ref());
              }
            });
  }

  /**
   * What one socket says and does takes effect in the order it came.
   *
   * @param flows it keeps its order among others that flow, which need not be done before it begins
   */
  @SuppressWarnings("ReferenceEquality") // this very future
  private static <T> Future<T> inOrder(Notes notes, boolean flows, Supplier<Future<T>> next) {
    boolean now = notes.said == null || flows && notes.flows;
    Future<?> before = now || notes.said == null ? NOTHING : notes.said;
    Future<T> done = before.transform(_ -> next.get());
    if (!done.isComplete()) {
      notes.said = done;
      notes.flows = flows && now;
      done.onComplete(
          _ -> {
            if (notes.said == done) {
              notes.said = null;
            }
          });
    }
    return done;
  }

  /** A visitor's first message: now its device is stored and its thread is followed. */
  private Future<Void> admitted(Session session, Doors.Guest me, CustomerId home) {
    if (me.registered()) {
      return Future.succeededFuture();
    }
    return Doors.register(services.tokens(), me)
        .onSuccess(
            _ -> {
              if (session.admit()) {
                session.open(home, home, Position.START, null, home.toString());
              }
            });
  }

  private void act(Session session, Principal who, Frame.Do act) {
    CustomerId topic = target(who, act.topic());
    inOrder(
            session.notes,
            false,
            () -> services.actions().act(who, topic, act.action(), act.fields()))
        .onSuccess(
            result -> {
              boolean appended = result.has("pos");
              result.put("type", appended ? "ack" : "ok");
              if (appended && act.fields().path("id").isTextual()) {
                result.put("id", act.fields().path("id").textValue());
              }
              session.send(Session.answer(result, act.ref()));
            })
        .onFailure(e -> session.failed(e, act.ref()));
  }

  private void put(Session session, Principal who, Frame.Put put) {
    CustomerId topic = target(who, put.topic());
    boolean visitor = who instanceof Principal.Visitor;
    if (!put.key().matches("[a-zA-Z0-9_.:-]{1,64}") || visitor && put.key().startsWith("staff.")) {
      throw new Problem(Code.BAD_REQUEST, "key is 1..64 of a-z 0-9 _ . : -");
    }
    if (put.value().length() > SharedObjects.LONGEST) {
      throw new Problem(
          Code.TOO_LARGE, "an object has at most " + SharedObjects.LONGEST + " characters");
    }
    services
        .threads()
        .thread(who, Act.PUT, topic, put.key())
        .compose(
            state -> services.objects().put(state.customer(), put.key(), put.rev(), put.value()))
        .onFailure(e -> session.failed(e, put.ref()))
        .onSuccess(
            written -> {
              switch (written) {
                case SharedObjects.Written.Stored s ->
                    session.send(
                        Session.answer(
                            Json.object().put("type", "ok").put("rev", s.rev()), put.ref()));
                case SharedObjects.Written.Conflict c ->
                    session.problem(
                        new Problem(
                            Code.OBJECT_CONFLICT,
                            "somebody wrote this before",
                            Json.object().put("rev", c.is().rev()).put("value", c.is().json())),
                        put.ref());
                case SharedObjects.Written.Full _ ->
                    session.problem(
                        new Problem(
                            Code.TOO_LARGE,
                            "a thread has at most " + SharedObjects.MOST + " objects"),
                        put.ref());
              }
            });
  }

  private void watch(Session session, Principal who, Frame.Watch frame) {
    CustomerId topic = target(who, frame.topic());
    room(session);
    CustomerId asked = frame.topic() == null ? topic : frame.topic();
    if (who instanceof Principal.Visitor v) {
      if (!services.threads().may(who, Act.WATCH, topic)) {
        throw new Problem(Code.FORBIDDEN, "this is not yours to see");
      }
      session.open(topic, asked, frame.since(), frame.ref(), v.home().toString());
    } else {
      staffWatch(session, who, topic, frame);
    }
  }

  private void room(Session session) {
    if (session.watches().size() >= services.limits().topics()) {
      throw new Problem(Code.TOO_MANY_TOPICS, "unwatch something first");
    }
  }

  private void staffWatch(Session session, Principal who, CustomerId topic, Frame.Watch frame) {
    services
        .threads()
        .thread(who, Act.WATCH, topic)
        .onSuccess(
            _ -> {
              try {
                room(session);
                session.open(topic, topic, frame.since(), frame.ref(), null);
              } catch (Problem p) {
                session.problem(p, frame.ref());
              }
            })
        .onFailure(
            e -> {
              if (frame.ref() == null && Problem.of(e).code().temporary()) {
                session.later(() -> staffWatch(session, who, topic, frame));
              } else {
                session.failed(e, frame.ref());
              }
            });
  }

  void watchDesk(Session session, Principal who, @Nullable String ref) {
    if (!services.permissions().may(who, Act.DESK)) {
      services.trail().refused(who, Act.DESK.word(), null, "watch");
      throw new Problem(Code.FORBIDDEN, "the settings are for staff");
    }
    Notes notes = session.notes;
    notes.desk = true;
    services
        .trail()
        .saw(who, Act.DESK.word(), null, "watch")
        .onFailure(e -> session.failed(e, ref))
        .onSuccess(
            _ -> {
              if (notes.desk && session.stands()) {
                Roster roster = services.rosters().of(who.workspace());
                ObjectNode frame = Json.object().put("type", "desk");
                frame.set("items", Shown.all(roster.rights(who), roster.desk().all()));
                session.send(Session.answer(frame, ref));
              }
            });
  }

  private void unwatch(Session session, Principal who, Frame.Unwatch frame) {
    CustomerId topic = target(who, frame.topic());
    Watch watch = session.watches().remove(topic);
    if (watch != null) {
      session.leave(watch);
      if (who instanceof Principal.Agent a) {
        session.signal(topic, a, "viewing", false, "staff", null);
      }
    }
    ok(session, frame.ref());
  }

  @SuppressWarnings("ReferenceEquality") // this very frame
  void watchInbox(Session session, Principal who, Frame.WatchInbox frame) {
    if (!services.permissions().may(who, Act.INBOX)) {
      services.trail().refused(who, Act.INBOX.word(), null, null);
      throw new Problem(Code.FORBIDDEN, "the inbox is for staff");
    }
    Roster roster = services.rosters().of(who.workspace());
    Item.View named =
        frame.view() == null ? null : roster.desk().find(Item.View.class, frame.view());
    if (frame.view() != null && named == null) {
      throw new Problem(Code.BAD_REQUEST, "there is no view " + frame.view());
    }
    Sight mine = Sight.of(who.author().id(), roster.rights(who).inboxes());
    Sight sight =
        named == null ? mine : mine.only(Set.copyOf(named.inboxes()), Set.copyOf(named.labels()));
    String filter = named == null ? frame.filter() : named.filter();
    Notes notes = session.notes;
    notes.inboxClosed();
    notes.inbox = frame;
    services
        .trail()
        .saw(who, Act.INBOX.word(), null, filter)
        .onFailure(e -> session.failed(e, frame.ref()))
        .onSuccess(
            _ -> {
              if (notes.inbox == frame && session.stands()) {
                look(session, who, frame, sight, filter);
              }
            });
  }

  private void look(
      Session session, Principal who, Frame.WatchInbox frame, Sight sight, String filter) {
    session.notes.view =
        services
            .boards()
            .of(who.workspace())
            .watch(
                sight,
                who.author().id(),
                filter,
                Math.max(1, Math.min(500, frame.limit())),
                session.context(),
                new Board.Listener() {
                  @Override
                  public void rows(ObjectNode rows) {
                    session.send(
                        Session.answer(
                            rows.put("type", "rows").put("topic", "inbox"), frame.ref()));
                  }

                  @Override
                  public boolean row(ObjectNode row) {
                    return told(row.put("type", "row"));
                  }

                  @Override
                  public boolean counts(ObjectNode counts) {
                    return told(counts.put("type", "counts"));
                  }

                  private boolean told(ObjectNode frame) {
                    if (session.full()) {
                      return false;
                    }
                    session.send(frame.put("topic", "inbox"));
                    return true;
                  }
                });
  }

  private void read(Session session, Principal who, Frame.Read read) {
    services
        .actions()
        .read(who, target(who, read.topic()), read.upTo())
        .onSuccess(_ -> ok(session, read.ref()))
        .onFailure(e -> session.failed(e, read.ref()));
  }

  private void typing(Session session, Principal who, Frame.Typing typing) {
    CustomerId topic = target(who, typing.topic());
    if (!services.threads().may(who, Act.TYPE, topic)) {
      throw new Problem(Code.FORBIDDEN, "this is not yours");
    }
    for (CustomerId root : session.watches().keySet()) {
      if (who instanceof Principal.Visitor || root.equals(topic)) {
        String home = who instanceof Principal.Visitor v ? v.home().toString() : null;
        session.signal(root, who, "typing", typing.on(), "all", home);
        services.actions().typing(who, root, typing.on());
      }
    }
    ok(session, typing.ref());
  }

  private void history(Session session, Principal who, Frame.History history) {
    CustomerId topic = target(who, history.topic());
    Watch watch =
        who instanceof Principal.Visitor
            ? session.watches().values().stream().findFirst().orElse(null)
            : session.watches().get(topic);
    if (watch == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "watch the thread first");
    }
    if (who instanceof Principal.Visitor) {
      if (!services.threads().may(who, Act.WATCH, topic)) {
        throw new Problem(Code.FORBIDDEN, "this is not yours to see");
      }
      watch.history(history.cursor(), history.limit(), history.ref());
      return;
    }
    session.hold();
    services
        .threads()
        .thread(who, Act.WATCH, topic, "history")
        .compose(
            _ -> {
              if (session.stands()) {
                watch.history(history.cursor(), history.limit(), history.ref());
              }
              return NOTHING;
            })
        .onFailure(e -> session.failed(e, history.ref()))
        .onComplete(_ -> session.release());
  }

  private void state(Session session, Principal who, Frame.State frame) {
    services
        .actions()
        .card(who, frame.topic())
        .onSuccess(
            card ->
                session.send(
                    Session.answer(
                        card.put("type", "state").put("topic", "c:" + frame.topic()), frame.ref())))
        .onFailure(e -> session.failed(e, frame.ref()));
  }
}
