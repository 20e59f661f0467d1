package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Position;
import dev.hilo.core.Desks;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Trail;
import dev.hilo.people.Doorkeeper.Opened;
import dev.hilo.people.Doorkeeper.Visit;
import dev.hilo.store.Sessions.Session;
import dev.hilo.store.Vault;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import dev.hilo.workspace.Item;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What depends on the time, on several workspaces, and on what earlier releases stored. */
class DoorkeeperTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final String PASSWORD = "wind and weather";
  private static int count;

  private static TestNode node;
  private static Passwords passwords;
  private static String hash;

  private final AtomicLong now = new AtomicLong(System.currentTimeMillis());
  private String shop;
  private String club;
  private Roster shopRoster;
  private Vault vault;
  private FrontDoor door;
  private Rosters rosters;

  @BeforeAll
  static void start() {
    node = redis.node();
    passwords = new Passwords(node.vertx);
    hash = TestNode.result(passwords.hash(PASSWORD));
  }

  @AfterAll
  static void stop() {
    passwords.close();
  }

  @BeforeEach
  void twoWorkspaces() {
    shop = redis.workspace() + "s" + count++;
    club = redis.workspace() + "c" + count++;
    Item.Policy week = new Item.Policy("policy", "optional", 7, 365);
    shopRoster = roster(shop, user("ana", "ana@example.com"), week);
    rosters = new Rosters(List.of(shopRoster, roster(club, user("anna", "ana@example.com"))));
    vault = new Vault(node.link, new byte[32]);
    door = door(passwords);
    knows(shop, "ana", credentials(hash, null));
  }

  private FrontDoor door(Passwords hashing) {
    return FrontDoor.on(
        new FrontDoor.Shared(
            rosters,
            node.keys,
            hashing,
            null,
            null,
            URI.create("https://chat.shop.example"),
            () -> Instant.ofEpochMilli(now.get()),
            new SimpleMeterRegistry()),
        node.link,
        vault,
        new Desks(rosters, node.roots, node.streams),
        node.objects,
        new Trail(node.streams, node.roots, Clock.systemUTC()));
  }

  private static Roster roster(String workspace, Item... items) {
    Roster roster = new Roster(workspace, List.of(items));
    roster.follow(roster.with(Map.of()), Position.START);
    return roster;
  }

  private static Item.User user(String id, String mail) {
    return new Item.User(id, id, mail, List.of("agent"), List.of(), false, null);
  }

  private static Credentials credentials(String password, String totp) {
    return new Credentials(password, totp, null, List.of(), null, 1);
  }

  private void knows(String workspace, String user, Credentials credentials) {
    node.await(() -> vault.put(workspace, "user/" + user, Json.text(credentials)));
  }

  private static Visit visit() {
    return new Visit("198.51.100." + count, "Firefox");
  }

  private Opened knock(String workspace, String password) {
    return node.await(
        () -> door.doorkeeper().password(workspace, "ana@example.com", password, visit()));
  }

  private Opened.In in(String workspace) {
    return (Opened.In) knock(workspace, PASSWORD);
  }

  private Problem refusal(String password) {
    try {
      throw new AssertionError("not refused: " + knock(null, password));
    } catch (Problem p) {
      return p;
    }
  }

  private Session session(Opened.In in) {
    return node.await(() -> door.doorkeeper().session(in.token()));
  }

  // ---- lock-out

  @Test
  void theDoorIsShutLongerAndLongerAndOpensAgain() {
    for (int i = 0; i < 5; i++) {
      assertThat(refusal("guess").code()).isEqualTo(Code.BAD_CREDENTIALS);
    }
    for (long pause : new long[] {1000, 2000, 4000}) {
      Problem locked = refusal(PASSWORD);
      assertThat(locked.code()).isEqualTo(Code.LOCKED);
      assertThat(locked.detail().path("retryAfter").asLong()).isEqualTo(pause / 1000);
      now.addAndGet(pause);
      assertThat(refusal("guess").code()).isEqualTo(Code.BAD_CREDENTIALS);
    }
    now.addAndGet(8000);
    in(null);
    for (int i = 0; i < 4; i++) {
      assertThat(refusal("guess").code()).as("who came in begins anew").isNotEqualTo(Code.LOCKED);
    }
    in(null);
  }

  @Test
  void whatWasNotLookedAtIsNoTry() {
    try (Passwords few = new Passwords(node.vertx, 0)) {
      FrontDoor busy = door(few);
      for (int i = 0; i < 12; i++) {
        List<Future<Opened>> all =
            IntStream.range(0, 8)
                .mapToObj(
                    _ ->
                        node.run(
                            () ->
                                busy.doorkeeper()
                                    .password(null, "ana@example.com", PASSWORD, visit())))
                .toList();
        TestNode.result(Future.join(all).otherwiseEmpty());
        assertThat(all.stream().filter(Future::failed).map(Future::cause))
            .isNotEmpty()
            .allMatch(
                e ->
                    e instanceof Problem p
                        && (p.code() == Code.OVERLOADED || p.code() == Code.LOCKED));
        now.addAndGet(2000);
      }
    }
    in(null);
  }

  // ---- second factor

  @Test
  void aCodeOfTheAppIsGoodForAMinuteAndAHalfAndOnce() {
    String secret = Totp.secret();
    knows(shop, "ana", credentials(hash, secret));
    String code = Totp.code(secret, now.get() / 30_000 + 1);
    assertThat(second(code)).isInstanceOf(Session.class);
    assertThatThrownBy(() -> second(code))
        .isInstanceOfSatisfying(
            Problem.class, p -> assertThat(p.code()).isEqualTo(Code.WRONG_CODE));
    String old = Totp.code(secret, now.get() / 30_000 - 1);
    now.addAndGet(30_000);
    assertThatThrownBy(() -> second(old)).isInstanceOf(Problem.class);
  }

  private Session second(String code) {
    Opened.Asked asked = (Opened.Asked) knock(null, PASSWORD);
    return node.await(() -> door.doorkeeper().second(asked.challenge(), code, visit())).session();
  }

  @Test
  void twoWhoUseTheSameCodeAtOnceDoNotBothComeIn() {
    String secret = Totp.secret();
    String recovery = RecoveryCodes.hash(node.keys, shop, "ana", "00000-00000");
    knows(shop, "ana", new Credentials(hash, secret, null, List.of(recovery), null, 1));
    for (String code : List.of(Totp.code(secret, now.get() / 30_000), "00000-00000")) {
      List<Opened.Asked> asked =
          IntStream.range(0, 3).mapToObj(_ -> (Opened.Asked) knock(null, PASSWORD)).toList();
      List<Future<Opened.In>> all =
          asked.stream()
              .map(a -> node.run(() -> door.doorkeeper().second(a.challenge(), code, visit())))
              .toList();
      TestNode.result(Future.join(all).otherwiseEmpty());
      assertThat(all.stream().filter(Future::succeeded).count()).isEqualTo(1);
    }
  }

  // ---- sessions

  @Test
  void aSessionLastsAsLongAsThePolicySays() {
    Opened.In in = in(null);
    assertThat(in.life()).isEqualTo(Duration.ofDays(7));
    now.addAndGet(Duration.ofDays(7).toMillis());
    assertThat(session(in)).isNotNull();
    now.addAndGet(1);
    assertThat(session(in)).isNull();
  }

  @Test
  void whoIsSuspendedOrGoneHasNoSession() {
    Opened.In in = in(null);
    assertThat(session(in).user()).isEqualTo("ana");
    Roster without = roster(shop, user("ben", "ben@example.com"));
    shopRoster.follow(without.desk(), new Position(2, 2));
    assertThat(session(in)).isNull();
    assertThat(refusal(PASSWORD).code()).isEqualTo(Code.BAD_CREDENTIALS);
  }

  @Test
  void whoIsForgottenHasNoPasswordAnyMore() {
    Opened.In in = in(null);
    node.await(() -> door.doorkeeper().forget(shop, "ana"));
    assertThat(session(in)).isNull();
    assertThat(refusal(PASSWORD).code()).isEqualTo(Code.BAD_CREDENTIALS);
  }

  // ---- workspaces

  @Test
  void theSameAddressInTwoWorkspacesIsTwoPeople() {
    String other = TestNode.result(passwords.hash("another password"));
    knows(club, "anna", credentials(other, null));
    assertThat(session(in(null)).workspace()).isEqualTo(shop);
    assertThat(session(in(shop)).user()).isEqualTo("ana");
    assertThatThrownBy(() -> knock(club, PASSWORD)).isInstanceOf(Problem.class);
    Opened.In in = (Opened.In) knock(club, "another password");
    assertThat(session(in).workspace()).isEqualTo(club);
    assertThat(session(in).user()).isEqualTo("anna");
    assertThat(node.await(() -> door.doorkeeper().sessions(shop, "anna"))).isEmpty();
    for (int i = 0; i < 8; i++) {
      try {
        knock(club, "guess");
      } catch (Problem p) {
        assertThat(p.code()).isIn(Code.BAD_CREDENTIALS, Code.LOCKED);
      }
    }
    in(shop);
  }

  // ---- hashes

  @Test
  void aHashMadeWithLessCostIsMadeAnewWhenItIsUsed() {
    String cheap =
        Argon2Function.getInstance(1024, 1, 1, 32, Argon2.ID, Argon2Function.ARGON2_VERSION_13)
            .hash(PASSWORD)
            .getResult();
    assertThat(Passwords.dated(cheap)).isTrue();
    knows(shop, "ana", credentials(cheap, null));
    in(null);
    Credentials kept = node.await(() -> new Keyring(vault).of(shop, "ana"));
    assertThat(Passwords.dated(kept.password())).isFalse();
    assertThat(kept.turn()).as("it is the same password").isEqualTo(1);
    in(null);
  }
}
