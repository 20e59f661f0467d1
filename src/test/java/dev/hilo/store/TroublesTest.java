package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.store.Troubles.Trouble;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TroublesTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  @Test
  void whatOneNodeSaysAllNodesSeeUntilItIsOverOrTheNodeIsGone() {
    TestNode here = redis.node();
    TestNode there = redis.node();
    Troubles a = new Troubles(here.link, "a");
    Troubles b = new Troubles(there.link, "b");
    String w = redis.workspace();
    long now = 1_800_000_000_000L;

    here.await(() -> a.say(w, "shop", new Trouble(now - 5000, "token revoked"), now));
    there.await(() -> b.say(w, "shop", new Trouble(now - 9000, "no connection"), now + 1000));
    there.await(() -> b.say(w, "desk", new Trouble(now, "HTTP 500"), now + 1000));
    assertThat(there.await(() -> b.all(w, now + 2000)))
        .containsOnlyKeys("shop", "desk")
        .containsEntry("shop", new Trouble(now - 9000, "no connection"));

    there.await(() -> b.over(w, "shop"));
    assertThat(there.await(() -> b.all(w, now + 2000)))
        .containsEntry("shop", new Trouble(now - 5000, "token revoked"));
    assertThat(here.await(() -> a.all(w, now + Troubles.LIFE_MS))).containsOnlyKeys("desk");
    assertThat(here.await(() -> a.all("other", now))).isEmpty();
  }
}
