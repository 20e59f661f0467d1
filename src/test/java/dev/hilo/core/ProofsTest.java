package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A visitor sees another channel's history only after it gave back a code that went out there. */
class ProofsTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode node;

  private final Principal ana =
      new Principal.Agent(redis.workspace(), "ana", "Ana", Principal.Seat.UNKNOWN);
  private final Principal.Visitor visitor =
      new Principal.Visitor(CustomerId.fresh(redis.workspace()), "d", "shop");
  private final String person = UUID.randomUUID().toString();
  private CustomerId letters;
  private String via;

  @BeforeAll
  static void start() {
    node = redis.node();
  }

  @BeforeEach
  void anAgentJoinsAVisitorAndAWriterOfLetters() {
    node.await(
        () ->
            node.receive(
                PaperChannel.TYPE,
                "e",
                List.of(PaperChannel.letter(person, "k", "MARKER of letters"))));
    via = node.keys.via(PaperChannel.address(person));
    letters = Objects.requireNonNull(node.await(() -> node.directory.find(node.workspace, via)));
    node.await(
        () ->
            node.saying.say(
                visitor,
                visitor.home(),
                new Say("1", new Content.Text("hi"), "auto", null, false)));
    act(ana, visitor.home(), "join", Json.object().put("with", letters.toString()));
  }

  private static ObjectNode act(Principal who, CustomerId topic, String action, ObjectNode f) {
    return node.await(() -> node.actions.act(who, topic, action, f));
  }

  private StreamState root() {
    return node.await(() -> node.roots.root(letters).map(s -> s));
  }

  /** Everything the visitor's devices could ever be told. */
  private String told() {
    StreamState root = root();
    StringBuilder told = new StringBuilder();
    for (CustomerId c : List.of(letters, visitor.home())) {
      for (Entry entry : node.await(() -> node.streams.after(c, Position.START, 1000))) {
        CustomerView view =
            CustomerView.of(entry, root.scopes().of(visitor.home().toString()), node.roster::name);
        told.append(view == null ? "" : Wire.customer(view) + "\n");
      }
    }
    return told.toString();
  }

  private String code() {
    act(ana, root().customer(), "ask-proof", Json.object().put("via", via));
    CustomerId root = root(letters);
    return node.await(() -> node.streams.after(root, Position.START, 1000)).stream()
        .filter(
            e ->
                e.event() instanceof Event.MessageAdded m
                    && m.content().preview(200).contains("code is"))
        .map(
            e ->
                ((Event.MessageAdded) e.event())
                    .content()
                    .preview(200)
                    .replaceAll("\\D*(\\d{3}) (\\d{3}).*", "$1$2"))
        .reduce((x, y) -> y)
        .orElseThrow();
  }

  private static CustomerId root(CustomerId of) {
    return node.await(() -> node.roots.root(of).map(StreamState::customer));
  }

  private Problem.Code refusal(String code) {
    return ((Problem)
            Assertions.catchThrowable(
                () -> act(visitor, visitor.home(), "prove", Json.object().put("code", code))))
        .code();
  }

  @Test
  void theCodeOpensTheOtherHistoryAndIsItselfNeverSeenBefore() {
    assertThat(told()).contains("hi").doesNotContain("MARKER");
    String code = code();
    assertThat(told())
        .doesNotContain("MARKER")
        .doesNotContain(code.substring(0, 3) + " " + code.substring(3));
    assertThat(
            act(visitor, visitor.home(), "prove", Json.object().put("code", code))
                .path("proved")
                .asBoolean())
        .isTrue();
    assertThat(told()).contains("MARKER").contains("hi");
    assertThat(refusal(code)).as("opens once").isEqualTo(Problem.Code.WRONG_CODE);
  }

  @Test
  void aCodeIsNoGoodInAnotherVisitorsHandAndCannotBeGuessed() {
    String code = code();
    Principal.Visitor thief =
        new Principal.Visitor(CustomerId.fresh(redis.workspace()), "d", "shop");
    Problem stolen =
        (Problem)
            Assertions.catchThrowable(
                () -> act(thief, thief.home(), "prove", Json.object().put("code", code)));
    assertThat(stolen.code()).isEqualTo(Problem.Code.WRONG_CODE);
    for (int i = 0; i < Proofs.TRIES; i++) {
      assertThat(refusal("not it")).isEqualTo(Problem.Code.WRONG_CODE);
    }
    assertThat(refusal(code)).isEqualTo(Problem.Code.TOO_MANY_TRIES);
    assertThat(told()).doesNotContain("MARKER");
  }

  @Test
  void aVisitorMayNotJoinNorAskForAProof() {
    for (String action : List.of("join", "ask-proof", "note", "assign")) {
      Problem refused =
          (Problem)
              Assertions.catchThrowable(
                  () ->
                      act(
                          visitor,
                          visitor.home(),
                          action,
                          Json.object()
                              .put("with", letters.toString())
                              .put("via", via)
                              .put("text", "x")));
      assertThat(refused.code()).as(action).isIn(Problem.Code.FORBIDDEN, Problem.Code.CONFLICT);
    }
  }
}
