package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.access.Principal;
import dev.hilo.channel.Inbound;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A master loses what its replica had not got yet; who was told that it stands gets it back. */
class ReplayTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<RedisFork> forks = new ArrayList<>();
  private RedisFork master;
  private RedisFork replica;
  private TestNode node;
  private Principal ana;

  @BeforeEach
  void start() {
    master = fork();
    replica = fork();
    node = redis.node(master.uri()).replaying();
    ana = new Principal.Agent(node.workspace, "ana", "Ana", Principal.Seat.UNKNOWN);
    node.await(() -> node.streams.load(CustomerId.fresh(node.workspace)));
    replica.follow(master);
  }

  @AfterEach
  void stop() {
    node.close();
    forks.forEach(RedisFork::close);
  }

  private RedisFork fork() {
    RedisFork fork =
        RedisFork.start(
            redis.binary(), "repl-ping-replica-period", "3600", "repl-diskless-sync-delay", "0");
    forks.add(fork);
    return fork;
  }

  /** From here on the master confirms what its replica will not have. */
  private void lag() {
    replica.inStep(master);
    replica.detach();
  }

  /** The replica takes over; then the old master, in step with it, becomes master again. */
  private void failOverAndBack() {
    replica.promote();
    master.follow(replica);
    master.promote();
  }

  private void hear(String person, String text) {
    Inbound letter = PaperChannel.letter(person, text, text);
    node.await(() -> node.receive(PaperChannel.TYPE, "endpoint", List.of(letter)));
  }

  private CustomerId home(String person) {
    String via = node.keys.via(PaperChannel.address(person));
    return Objects.requireNonNull(node.await(() -> node.directory.find(node.workspace, via)));
  }

  private List<Entry> entries(CustomerId c) {
    return node.await(() -> node.streams.after(c, Position.START, 1000));
  }

  private List<String> said(CustomerId c) {
    return entries(c).stream()
        .filter(e -> e.event() instanceof Event.MessageAdded)
        .map(e -> ((Event.MessageAdded) e.event()).content().preview(200))
        .toList();
  }

  private static List<String> ids(List<Entry> entries) {
    return entries.stream().map(e -> e.header().id()).toList();
  }

  @Test
  void whatTheReplicaDidNotHaveIsWrittenAgainUnderItsOwnIds() {
    hear("eva", "kept");
    CustomerId eva = home("eva");
    lag();
    hear("eva", "lost 1");
    node.await(
        () ->
            node.saying.say(
                ana, eva, new Say("1", new Content.Text("answer"), "auto", null, false)));
    node.await(
        () -> node.actions.act(ana, eva, "assign", Json.object().put("id", "a1").put("to", "ana")));
    hear("eva", "lost 2");
    List<Entry> before = entries(eva);
    failOverAndBack();
    await().atMost(LONG).untilAsserted(() -> assertThat(ids(entries(eva))).isEqualTo(ids(before)));
    List<Entry> after = entries(eva);
    assertThat(said(eva)).containsExactly("kept", "lost 1", "answer", "lost 2");
    assertThat(after.getLast().position().epoch())
        .isGreaterThan(before.getLast().position().epoch());
    StreamState state = node.await(() -> node.streams.load(eva)).state();
    assertThat(state.conversation().assignee()).isEqualTo("ana");
  }

  @Test
  void whatTheTrailSaysIsWrittenAgain() {
    hear("eva", "kept");
    CustomerId eva = home("eva");
    lag();
    Trail trail = new Trail(node.streams, node.roots, Clock.systemUTC());
    node.await(() -> trail.did(ana, "export", eva, "lost 1"));
    node.await(() -> trail.did(ana, "export", eva, "lost 2"));
    CustomerId day = CustomerId.audit(node.workspace, Trail.day(System.currentTimeMillis()) + "");
    List<Entry> before = entries(day);
    assertThat(before).hasSize(2);
    failOverAndBack();
    await().atMost(LONG).untilAsserted(() -> assertThat(ids(entries(day))).isEqualTo(ids(before)));
  }

  @Test
  void aPersonWhoWasNewKeepsTheirHome() {
    hear("eva", "kept");
    lag();
    hear("ben", "hello");
    hear("ben", "anybody?");
    CustomerId ben = home("ben");
    failOverAndBack();
    await().atMost(LONG).untilAsserted(() -> assertThat(said(ben)).hasSize(2));
    assertThat(home("ben")).isEqualTo(ben);
    hear("ben", "still me");
    assertThat(said(ben)).containsExactly("hello", "anybody?", "still me");
    assertThat(entries(ben).getFirst().event()).isInstanceOf(Event.CustomerStarted.class);
  }

  @Test
  void whatTheSenderRepeatsMeanwhileStandsOnce() {
    hear("eva", "kept");
    CustomerId eva = home("eva");
    lag();
    hear("eva", "lost");
    failOverAndBack();
    hear("eva", "lost");
    hear("eva", "new");
    await().atMost(LONG).untilAsserted(() -> assertThat(said(eva)).hasSize(3));
    assertThat(said(eva)).containsExactlyInAnyOrder("kept", "lost", "new");
  }

  @Test
  void aNodeThatRemembersMoreThanTheStoreStillDecides() {
    TestNode forgetful = redis.node(master.uri());
    Principal ben = new Principal.Agent(forgetful.workspace, "ben", "Ben", Principal.Seat.UNKNOWN);
    Inbound kept = PaperChannel.letter("zoe", "kept", "kept");
    forgetful.await(() -> forgetful.receive(PaperChannel.TYPE, "endpoint", List.of(kept)));
    String via = forgetful.keys.via(PaperChannel.address("zoe"));
    CustomerId zoe =
        Objects.requireNonNull(
            forgetful.await(() -> forgetful.directory.find(forgetful.workspace, via)));
    lag();
    for (int i = 0; i < 3; i++) {
      Inbound lost = PaperChannel.letter("zoe", "lost " + i, "lost " + i);
      forgetful.await(() -> forgetful.receive(PaperChannel.TYPE, "endpoint", List.of(lost)));
    }
    failOverAndBack();
    Say answer = new Say("1", new Content.Text("answer"), "auto", null, false);
    forgetful.await(() -> forgetful.saying.say(ben, zoe, answer));
    assertThat(said(zoe)).containsExactly("kept", "answer");
    forgetful.close();
  }

  @Test
  void anOlderDecisionDoesNotUndoANewerOne() {
    hear("eva", "kept");
    CustomerId eva = home("eva");
    TestNode other = redis.node(master.uri());
    lag();
    node.await(
        () -> node.actions.act(ana, eva, "assign", Json.object().put("id", "a1").put("to", "ana")));
    hear("eva", "lost");
    replica.promote();
    master.follow(replica);
    TestNode elsewhere = redis.node(replica.uri());
    Principal ben = new Principal.Agent(node.workspace, "ben", "Ben", Principal.Seat.UNKNOWN);
    Principal there =
        new Principal.Agent(elsewhere.workspace, "ben", "Ben", Principal.Seat.UNKNOWN);
    elsewhere.await(
        () ->
            elsewhere.actions.act(
                there, eva, "assign", Json.object().put("id", "a2").put("to", "ben")));
    master.inStep(replica);
    master.promote();
    await().atMost(LONG).untilAsserted(() -> assertThat(said(eva)).contains("lost"));
    StreamState state = other.await(() -> other.streams.load(eva)).state();
    assertThat(state.conversation().assignee()).isEqualTo(ben.author().id());
    elsewhere.close();
    other.close();
  }
}
