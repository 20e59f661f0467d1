package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.store.Sessions.Session;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SessionsTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Duration LIFE = Duration.ofDays(14);

  private static TestNode node;
  private static Sessions sessions;
  private static String w;

  @BeforeAll
  static void start() {
    node = redis.node();
    sessions = new Sessions(node.link);
    w = redis.workspace();
  }

  private static String open(String user, long created, String how) {
    String token = Tokens.random();
    Session session =
        new Session(Sessions.id(token), w, user, created, created, "192.0.2.1", "Firefox", how);
    node.await(() -> sessions.open(token, session, LIFE));
    return token;
  }

  private static Session find(String token, long now) {
    return node.await(() -> sessions.find(token, now));
  }

  private static List<String> ids(String user) {
    return node.await(() -> sessions.all(w, user)).stream().map(Session::id).toList();
  }

  @Test
  void aTokenOpensItsSessionAndIsNotStored() {
    long now = System.currentTimeMillis();
    String token = open("ana", now, "password");
    assertThat(find(token, now))
        .isEqualTo(
            new Session(
                Sessions.id(token), w, "ana", now, now, "192.0.2.1", "Firefox", "password"));
    assertThat(find(Tokens.random(), now)).isNull();
    assertThat(token).doesNotContain(Sessions.id(token));
    var names =
        Objects.requireNonNull(
            node.await(() -> node.link.send(Request.cmd(Command.KEYS).arg("*"))));
    assertThat(names.toString()).doesNotContain(token);
  }

  @Test
  void whenItWasSeenIsWrittenNowAndThen() {
    long now = System.currentTimeMillis();
    String token = open("bea", now, "link");
    find(token, now + 60_000);
    assertThat(find(token, now + 120_000).seen()).isEqualTo(now);
    find(token, now + 301_000);
    assertThat(find(token, now + 302_000).seen()).isEqualTo(now + 301_000);
    assertThat(find(token, now + 302_000).created()).isEqualTo(now);
  }

  @Test
  void oneAllOrAllOthersCanBeEnded() {
    long now = System.currentTimeMillis();
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tokens.add(open("cai", now + i, "password"));
    }
    String other = open("dan", now, "password");
    List<String> ids = tokens.stream().map(Sessions::id).toList();
    assertThat(ids("cai")).containsExactlyElementsOf(ids.reversed());
    assertThat(node.await(() -> sessions.end(w, "dan", ids.get(0), null)))
        .as("somebody else's")
        .isEmpty();
    assertThat(node.await(() -> sessions.end(w, "cai", ids.get(0), null)))
        .containsExactly(ids.get(0));
    assertThat(find(tokens.get(0), now)).isNull();
    assertThat(node.await(() -> sessions.end(w, "cai", null, ids.get(3))))
        .containsExactlyInAnyOrder(ids.get(1), ids.get(2));
    assertThat(ids("cai")).containsExactly(ids.get(3));
    assertThat(node.await(() -> sessions.end(w, "cai", null, null))).containsExactly(ids.get(3));
    assertThat(find(tokens.get(3), now)).isNull();
    assertThat(find(other, now)).isNotNull();
  }

  @Test
  void aSessionThatIsEndedDoesNotComeBackBySeeing() {
    long now = System.currentTimeMillis();
    String token = open("eva", now, "password");
    Session seen = find(token, now);
    node.await(() -> sessions.end(w, "eva", seen.id(), null));
    find(token, now + 400_000);
    assertThat(find(token, now + 400_000)).isNull();
    assertThat(ids("eva")).isEmpty();
  }

  @Test
  void aFurtherSessionEndsTheOldest() {
    long now = System.currentTimeMillis();
    String first = open("fay", now, "password");
    for (int i = 1; i <= Sessions.MOST; i++) {
      open("fay", now + i, "password");
    }
    assertThat(ids("fay")).hasSize(Sessions.MOST);
    assertThat(find(first, now)).isNull();
  }
}
