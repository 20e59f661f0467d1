package dev.hilo.core;

import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Tokens;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A code that goes out on one address and comes back in the web chat: the only way by which a
 * visitor opens the history of another channel. Codes live {@link #LIFE}, open once, and are tried
 * at most {@value #TRIES} times.
 */
public final class Proofs {
  static final Duration LIFE = Duration.ofMinutes(10);
  static final int TRIES = 5;

  private final Roots roots;
  private final Joining joining;
  private final Tokens tokens;
  private final AddressKeys keys;
  private final SharedObjects objects;

  public Proofs(
      Roots roots, Joining joining, Tokens tokens, AddressKeys keys, SharedObjects objects) {
    this.roots = roots;
    this.joining = joining;
    this.tokens = tokens;
    this.keys = keys;
    this.objects = objects;
  }

  /**
   * Sends a code to {@code via} and asks the web visitors of this thread for it. Gives the time it
   * expires, ms.
   */
  Future<Long> ask(Principal who, StreamState state, String via) {
    StreamState.Route to = state.routes().get(via);
    if (to == null || to.address().live()) {
      return Future.failedFuture(
          new Problem(
              Problem.Code.NO_ROUTE, "the code must go to an address outside of the web chat"));
    }
    List<StreamState.Route> web =
        state.routes().values().stream()
            .filter(r -> r.address().live() && !r.home().equals(to.home()))
            .toList();
    if (web.isEmpty()) {
      return Future.failedFuture(
          new Problem(Problem.Code.NO_ROUTE, "nobody of this thread is in the web chat"));
    }
    String code = Tokens.digits();
    long expires = System.currentTimeMillis() + LIFE.toMillis();
    CustomerId customer = state.customer();
    String text = text(state, code);
    String src = Roots.src("proof", Ulid.next());
    Drafts drafts = Drafts.now(Author.PROOF, src);
    Future<Void> kept = Future.succeededFuture();
    for (StreamState.Route route : web) {
      kept =
          kept.compose(_ -> tokens.once(secret(route.home(), code), to.home() + " " + via, LIFE));
    }
    return kept.compose(
            _ ->
                roots.write(
                    customer,
                    src,
                    new Roots.Change() {
                      @Override
                      public List<Draft> facts(StreamState s) {
                        return List.of();
                      }

                      @Override
                      public List<Draft> decisions(StreamState s) {
                        return List.of(
                            drafts.of(
                                s,
                                new Event.MessageAdded(
                                    to.address(),
                                    to.account(),
                                    new Content.Text(text),
                                    List.of(),
                                    null,
                                    null,
                                    null,
                                    false,
                                    Map.of()),
                                to.home(),
                                via));
                      }
                    }))
        .map(
            w -> {
              web.forEach(route -> prompt(w.root(), route.home(), who, expires));
              return expires;
            });
  }

  private void prompt(CustomerId root, String home, Principal who, long expires) {
    var signal = Json.object().put("kind", "prove").put("aud", "customer").put("home", home);
    signal.putObject("who").put("kind", "agent").put("id", who.author().id());
    signal.putObject("data").put("expires", expires);
    objects.signal(root, Json.bytes(signal));
  }

  private static String text(StreamState state, String code) {
    String language = Objects.requireNonNullElse(state.attributes().get("language"), "en");
    String spaced = code.substring(0, 3) + " " + code.substring(3);
    return switch (language.length() > 2 ? language.substring(0, 2) : language) {
      case "es" ->
          "Tu código es "
              + spaced
              + ". Escríbelo en el chat de la web para ver allí esta conversación. Caduca en 10"
              + " minutos.";
      case "pt" ->
          "O seu código é "
              + spaced
              + ". Escreva-o no chat do site para ver lá esta conversa. Expira em 10 minutos.";
      default ->
          "Your code is "
              + spaced
              + ". Type it into the chat on our website to see this conversation there. It expires"
              + " in 10 minutes.";
    };
  }

  private static String secret(String home, String code) {
    return "proof " + home + " " + code;
  }

  /** Takes the code a visitor typed; fails with {@code wrong-code} or {@code too-many-tries}. */
  Future<CustomerId> prove(Principal.Visitor visitor, String code) {
    String home = visitor.home().toString();
    return tokens
        .tries("proof " + home, LIFE)
        .compose(
            n ->
                n > TRIES
                    ? Future.failedFuture(
                        new Problem(
                            Problem.Code.TOO_MANY_TRIES,
                            "too many tries; ask for a new code later"))
                    : tokens.redeem(secret(home, code)))
        .compose(
            meaning -> {
              if (meaning == null) {
                return Future.failedFuture(
                    new Problem(Problem.Code.WRONG_CODE, "this code is wrong or has expired"));
              }
              int space = meaning.indexOf(' ');
              CustomerId other = CustomerId.of(meaning.substring(0, space));
              return joining.observe(
                  new Joining.Evidence(
                      List.of(visitor.home(), other),
                      List.of(keys.via(Saying.web(visitor)), meaning.substring(space + 1)),
                      Strength.CODE,
                      "code",
                      visitor.author()));
            });
  }
}
