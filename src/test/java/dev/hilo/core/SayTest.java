package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SayTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode a;
  private static TestNode b;

  private final Principal ana =
      new Principal.Agent(redis.workspace(), "ana", "Ana", Principal.Seat.UNKNOWN);
  private final Principal ben =
      new Principal.Agent(redis.workspace(), "ben", "Ben", Principal.Seat.UNKNOWN);
  private final String person = UUID.randomUUID().toString();
  private CustomerId topic;
  private Position question;
  private int letters;

  @BeforeAll
  static void start() {
    a = redis.node();
    b = redis.node();
  }

  @BeforeEach
  void aQuestion() {
    letter();
    String via = a.keys.via(PaperChannel.address(person));
    topic = Objects.requireNonNull(a.await(() -> a.directory.find(a.workspace, via)));
    question = last();
  }

  private void letter() {
    String key = "k" + letters++;
    a.await(
        () ->
            a.receive(
                PaperChannel.TYPE,
                "endpoint",
                List.of(PaperChannel.letter(person, key, "question " + key))));
  }

  private Position last() {
    return a.await(() -> a.streams.load(topic)).state().last();
  }

  private static Say say(String id, @Nullable Position basedOn, boolean force) {
    return new Say(id, new Content.Text("answer " + id), "auto", basedOn, force);
  }

  private long answers() {
    return a.await(() -> a.streams.after(topic, Position.START, 1000)).stream()
        .filter(e -> e.event() instanceof Event.MessageAdded && !e.header().by().isCustomer())
        .count();
  }

  private static Problem problem(Future<?> refused) {
    return (Problem) Assertions.catchThrowable(() -> TestNode.result(refused));
  }

  @Seeds(20)
  void ofTwoAgentsWhoAnswerTheSameQuestionOneWinsAndTheOtherIsShownWhatWasMissed(Random random) {
    TestNode other = random.nextBoolean() ? b : a;
    Future<Position> first = a.run(() -> a.saying.say(ana, topic, say("1", question, false)));
    Future<Position> second =
        other.run(() -> other.saying.say(ben, topic, say("2", question, false)));
    Problem one = problem(first);
    Problem two = problem(second);
    assertThat(one == null).isNotEqualTo(two == null);
    Problem refused = one == null ? two : one;
    assertThat(refused.code()).isEqualTo(Problem.Code.STALE_VIEW);
    assertThat(Objects.requireNonNull(refused.detail()).path("missed").toString())
        .contains(one == null ? "answer 1" : "answer 2")
        .doesNotContain(one == null ? "answer 2" : "answer 1");
    assertThat(answers()).isEqualTo(1);
  }

  @Test
  void whoeverHasSeenTheNewestMayAnswerAndWhoForcesToo() {
    letter();
    assertThat(problem(a.run(() -> a.saying.say(ana, topic, say("1", question, false)))).code())
        .isEqualTo(Problem.Code.STALE_VIEW);
    Position last = last();
    a.await(() -> a.saying.say(ana, topic, say("2", last, false)));
    b.await(() -> b.saying.say(ben, topic, say("3", question, true)));
    assertThat(answers()).isEqualTo(2);
  }

  @Test
  void quietEntriesMakeNoViewStale() {
    b.await(
        () -> b.actions.act(ben, topic, "note", Json.object().put("text", "hm").put("id", "n")));
    a.await(() -> a.saying.say(ana, topic, say("1", question, false)));
  }

  @Test
  void aRepeatOfTheSameIdIsTheSameAnswerWhateverHappenedSince() {
    Position said = a.await(() -> a.saying.say(ana, topic, say("1", question, false)));
    assertThat(b.await(() -> b.saying.say(ana, topic, say("1", question, false)))).isEqualTo(said);
    letter();
    assertThat(b.await(() -> b.saying.say(ana, topic, say("1", question, false))))
        .as("the acknowledgement was lost, the customer wrote, the agent's client repeats")
        .isEqualTo(said);
    assertThat(answers()).isEqualTo(1);
  }

  @Test
  void aVisitorsRepeatIsTheSameAnswerToo() {
    Principal visitor = new Principal.Visitor(CustomerId.fresh(redis.workspace()), "d", "shop");
    CustomerId home = ((Principal.Visitor) visitor).home();
    Say hello = new Say("1", new Content.Text("hello"), "auto", null, false);
    Position said = a.await(() -> a.saying.say(visitor, home, hello));
    assertThat(a.await(() -> a.streams.at(home, said)).event())
        .isInstanceOf(Event.MessageAdded.class);
    assertThat(b.await(() -> b.saying.say(visitor, home, hello))).isEqualTo(said);
  }

  @Test
  void whatIsTooLargeForAnEntryIsRefusedWithTheReason() {
    Principal visitor = new Principal.Visitor(CustomerId.fresh(redis.workspace()), "d", "shop");
    CustomerId home = ((Principal.Visitor) visitor).home();
    Say hello = new Say("1", new Content.Text("hello"), "auto", null, false);
    Position said = a.await(() -> a.saying.say(visitor, home, hello));
    String message = a.await(() -> a.streams.at(home, said)).header().id();
    ObjectNode edit = Json.object().put("id", "e").put("message", message);
    edit.putObject("content").put("type", "text").put("text", "x".repeat(20_000));
    ObjectNode note = Json.object().put("id", "n").put("text", "\u0001".repeat(5000));
    for (Future<?> refused :
        List.of(
            a.run(() -> a.actions.act(visitor, home, "edit", edit)),
            a.run(() -> a.actions.act(ana, topic, "note", note)))) {
      assertThat(problem(refused).code()).isEqualTo(Problem.Code.TOO_LARGE);
    }
    assertThat(a.await(() -> a.streams.load(home)).state().last().seq()).isEqualTo(3);
  }

  @Test
  void anAddressThatAskedForSilenceIsLeftAlone() {
    a.await(
        () ->
            a.receive(
                PaperChannel.TYPE,
                "endpoint",
                List.of(
                    new dev.hilo.channel.Inbound.Consent(
                        PaperChannel.origin(person, "stop", List.of()), false, "STOP"))));
    assertThat(problem(a.run(() -> a.saying.say(ana, topic, say("1", null, false)))).code())
        .isEqualTo(Problem.Code.REFUSED);
    assertThat(answers()).isZero();
  }

  @Test
  void nobodyActsOutsideOfItsWorkspaceNorAVisitorOnAnothersThread() {
    Principal foreign = new Principal.Agent("other", "ana", "Ana", Principal.Seat.UNKNOWN);
    Principal visitor = new Principal.Visitor(CustomerId.fresh(redis.workspace()), "d", "shop");
    for (Principal who : List.of(foreign, visitor)) {
      assertThat(problem(a.run(() -> a.saying.say(who, topic, say("1", null, false)))).code())
          .isEqualTo(Problem.Code.FORBIDDEN);
    }
    assertThat(
            problem(
                    a.run(
                        () ->
                            a.saying.say(
                                ana, CustomerId.fresh(redis.workspace()), say("1", null, false))))
                .code())
        .isEqualTo(Problem.Code.UNKNOWN_TOPIC);
  }
}
