package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What lies in the vault is a secret, and opens only where it was put. */
class VaultTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final byte[] KEY =
      "an installation key of 40 letters, fixed".getBytes(StandardCharsets.UTF_8);

  private static TestNode node;
  private static Vault vault;
  private static String w;

  @BeforeAll
  static void start() {
    node = redis.node();
    vault = new Vault(node.link, KEY);
    w = redis.workspace();
  }

  private static String stored(String name) {
    return Objects.requireNonNull(
            node.await(
                () -> node.link.send(Request.cmd(Command.GET).arg("vault:" + w + ":" + name))))
        .toString();
  }

  private static void store(String name, String value) {
    node.await(
        () -> node.link.send(Request.cmd(Command.SET).arg("vault:" + w + ":" + name).arg(value)));
  }

  private static String found(Vault in, String workspace, String name) {
    Vault.Kept kept = node.await(() -> in.find(workspace, name));
    return kept == null ? null : kept.text();
  }

  private static void put(String name, String text) {
    node.await(() -> vault.put(w, name, text));
  }

  @Test
  void whatWasPutIsFoundUntilItIsRemoved() {
    assertThat(found(vault, w, "a")).isNull();
    put("a", "clear words ñ 🙂");
    assertThat(found(vault, w, "a")).isEqualTo("clear words ñ 🙂");
    put("a", "others");
    assertThat(found(vault, w, "a")).isEqualTo("others");
    node.await(() -> vault.remove(w, "a"));
    assertThat(found(vault, w, "a")).isNull();
  }

  @Test
  void theStoreHoldsNothingThatCanBeRead() {
    put("b", "clear words");
    String once = stored("b");
    byte[] bytes = Base64.getUrlDecoder().decode(once.substring(2));
    assertThat(once).doesNotContain("clear");
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("clear");
    put("b", "clear words");
    assertThat(stored("b")).as("the same again looks different").isNotEqualTo(once);
  }

  @Test
  void whatWasChangedDoesNotOpen() {
    put("c", "words");
    byte[] bytes = Base64.getUrlDecoder().decode(stored("c").substring(2));
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      store("c", "1." + Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
      assertUnreadable(vault, w, "c");
    }
    for (int length = 0; length < bytes.length; length++) {
      store("c", "1." + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(bytes, length)));
      assertUnreadable(vault, w, "c");
    }
    for (String rubbish : new String[] {"", "1", "1.", "words", "2.AAAA", "1.%%%"}) {
      store("c", rubbish);
      assertUnreadable(vault, w, "c");
    }
  }

  private static void assertUnreadable(Vault in, String workspace, String name) {
    assertThatThrownBy(() -> found(in, workspace, name))
        .isInstanceOf(Vault.Unreadable.class)
        .hasMessageContaining("the secret " + name + " of workspace " + workspace);
  }

  @Test
  void itOpensUnderItsOwnNameWorkspaceAndKeyOnly() {
    put("d", "words");
    String sealed = stored("d");
    store("e", sealed);
    assertUnreadable(vault, w, "e");
    node.await(
        () -> node.link.send(Request.cmd(Command.SET).arg("vault:" + w + "x:d").arg(sealed)));
    assertUnreadable(vault, w + "x", "d");
    byte[] other = KEY.clone();
    other[0] ^= 1;
    assertUnreadable(new Vault(node.link, other), w, "d");
    assertThat(found(new Vault(node.link, KEY), w, "d")).isEqualTo("words");
  }

  @Test
  void ofTwoWhoChangeTheSameOneWins() {
    assertThat(node.await(() -> vault.swap(w, "f", null, "one"))).isTrue();
    assertThat(node.await(() -> vault.swap(w, "f", null, "two"))).isFalse();
    Vault.Kept kept = Objects.requireNonNull(node.await(() -> vault.find(w, "f")));
    assertThat(node.await(() -> vault.swap(w, "f", kept, "three"))).isTrue();
    assertThat(node.await(() -> vault.swap(w, "f", kept, "four"))).isFalse();
    assertThat(found(vault, w, "f")).isEqualTo("three");
  }
}
