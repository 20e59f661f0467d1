package dev.hilo.http;

import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * One call of the API. Whoever may not make it is turned away before {@code call} is asked.
 *
 * @param path below {@code /api/v1}
 * @param raw the body is no JSON of a bounded size: the call takes it from the request itself
 * @param call gives the answer; may throw or fail with a {@link dev.hilo.core.Problem}
 */
record Route(HttpMethod method, String path, Right right, Call call, boolean raw) {
  Route(HttpMethod method, String path, Right right, Call call) {
    this(method, path, right, call, false);
  }

  /** Whether somebody says something by it. */
  boolean says() {
    return path.endsWith("/messages");
  }

  /** Who may call. */
  sealed interface Right {
    /** Whoever comes. */
    record Open() implements Right {}

    /** Whoever is signed in. */
    record User() implements Right {}

    /** People and programs that may do this. */
    record Staff(Act act) implements Right {}

    /**
     * People and programs that may do this to the thread they name, if it is within their reach;
     * that is looked at, and written down, where the thread is known. Null = whatever the call
     * says.
     */
    record OnThread(@Nullable Act act) implements Right {}

    /** People and programs that may change items of the kind that the path names. */
    record OnItem() implements Right {}

    /** Staff, and a customer's device for what is its own; the call looks at that. */
    record Anybody() implements Right {}
  }

  /** Answers somebody who may call. */
  interface Call {
    Future<Answer> of(RoutingContext ctx, Principal who);
  }

  /** Answers whoever comes. */
  interface OpenCall {
    Future<Answer> of(RoutingContext ctx);
  }

  /** {@code json} null = no body, or it is written already if the status is 0. */
  record Answer(int status, @Nullable String json) {
    /** The call answered by itself. */
    static final Answer DONE = new Answer(0, null);

    static final Answer NOTHING = new Answer(204, null);

    static Answer ok(Object json) {
      return new Answer(200, json.toString());
    }
  }

  /** Nobody, where a call is open to all. */
  static final Principal NOBODY =
      new Principal.Integration("nobody", "nobody", false, Principal.Seat.UNKNOWN);

  static Route open(HttpMethod method, String path, OpenCall call) {
    return new Route(method, path, new Right.Open(), (ctx, _) -> call.of(ctx));
  }

  /** For people only. */
  static Route user(HttpMethod method, String path, UserCall call) {
    return new Route(
        method,
        path,
        new Right.User(),
        (ctx, who) ->
            switch (who) {
              case Principal.Agent a -> call.of(ctx, a);
              case Principal.Integration _, Principal.Visitor _ ->
                  throw new IllegalStateException("not a person");
            });
  }

  /** Answers somebody who is signed in. */
  interface UserCall {
    Future<Answer> of(RoutingContext ctx, Principal.Agent who);
  }

  static Route staff(HttpMethod method, String path, Act act, Call call) {
    return new Route(method, path, new Right.Staff(act), call);
  }

  static Route thread(HttpMethod method, String path, @Nullable Act act, Call call) {
    return new Route(method, path, new Right.OnThread(act), call);
  }

  static Route item(HttpMethod method, String path, Call call) {
    return new Route(method, path, new Right.OnItem(), call);
  }

  /** As {@link #anybody}, for whatever body. */
  static Route upload(String path, Call call) {
    return new Route(HttpMethod.POST, path, new Right.Anybody(), call, true);
  }

  static Route anybody(HttpMethod method, String path, Call call) {
    return new Route(method, path, new Right.Anybody(), call);
  }
}
