package dev.hilo.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.store.AddressKeys;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every recorded call of every platform, as a whole: delivered once and in order, and delivered one
 * to five times, shuffled, to two nodes at once of which one is replaced on the way. What stands in
 * the streams is the same: one copy of each.
 */
class ReplayedFixturesTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private record Delivery(String type, List<Inbound> items) {}

  private static final List<Delivery> DELIVERIES = new ArrayList<>();
  private static Accounts accounts;

  /** Serves accounts and sends nothing. */
  private record Silent(List<Account> accounts) implements Channel {
    @Override
    public Capabilities capabilities() {
      return Capabilities.text(1000);
    }

    @Override
    public SendResult send(Outbound message) {
      return new SendResult.Refused("silent", "nothing is sent here");
    }
  }

  @BeforeAll
  static void read() throws Exception {
    Path folder = Path.of(ReplayedFixturesTest.class.getResource("/fixtures").toURI());
    Vertx vertx = Vertx.vertx();
    Map<String, Set<String>> ids = new TreeMap<>();
    for (var platform : ContractCase.under(folder).entrySet()) {
      ContractPlatform p = ContractPlatform.of(platform.getKey());
      for (ContractCase c : p == null ? List.<ContractCase>of() : platform.getValue()) {
        ContractCase call = p.brought(c);
        Webhook webhook = ContractPlatform.open(vertx, p, call);
        p.prepare(webhook, call);
        if (webhook.receive(call.request()) instanceof Webhook.Received.Accepted accepted
            && !accepted.items().isEmpty()) {
          DELIVERIES.add(new Delivery(p.type(call), accepted.items()));
          accepted
              .items()
              .forEach(
                  i ->
                      ids.computeIfAbsent(p.type(call), _ -> new TreeSet<>())
                          .add(i.origin().account()));
        }
      }
    }
    vertx.close().await();
    List<Accounts.Opened> opened = new ArrayList<>();
    ids.forEach(
        (type, names) ->
            opened.add(
                new Accounts.Opened(
                    redis.workspace(),
                    type,
                    type,
                    new Silent(names.stream().map(id -> new Channel.Account(id, id)).toList()))));
    accounts = new Accounts(opened);
    assertThat(DELIVERIES).hasSizeGreaterThan(100);
    deliveredOnce();
  }

  private static Map<String, String> right = Map.of();

  private static void deliveredOnce() {
    Site once = new Site(new byte[] {1});
    TestNode a = redis.node();
    for (Delivery d : DELIVERIES) {
      once.deliver(a, d);
    }
    right = once.all(a);
    assertThat(right).hasSizeGreaterThan(150);
  }

  @Seeds(3)
  void howeverOftenAndInWhateverOrderOneCopyOfEach(Random random) {
    byte[] world = new byte[16];
    random.nextBytes(world);
    Site site = new Site(world);
    List<Delivery> all = new ArrayList<>();
    for (Delivery d : DELIVERIES) {
      all.addAll(Collections.nCopies(1 + random.nextInt(5), d));
    }
    Collections.shuffle(all, random);
    TestNode a = redis.node();
    TestNode b = redis.node();
    int restart = all.size() / 2;
    List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (i == restart) {
        b.close(); // what it was doing may or may not be done: the platform says it again
        TestNode fresh = redis.node();
        List<Delivery> again = all.subList(Math.max(0, i - 20), i);
        for (Delivery d : again) {
          site.deliver(fresh, d);
        }
        b = fresh;
        running.clear();
      }
      running.add(site.start(random.nextBoolean() ? a : b, all.get(i)));
      if (running.size() == 10) {
        running.forEach(TestNode::result);
        running.clear();
      }
    }
    running.forEach(TestNode::result);
    Map<String, String> now = site.all(a);
    assertThat(now).isEqualTo(right);
    assertThat(hash(now)).isEqualTo(hash(right));
  }

  private static String hash(Map<String, String> all) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      all.forEach((k, v) -> digest.update((k + "\0" + v + "\0").getBytes(UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A world of its own on the same Redis: its address keys are others. */
  private static final class Site {
    private final AddressKeys keys;

    Site(byte[] seed) {
      byte[] key = new byte[32];
      System.arraycopy(seed, 0, key, 0, seed.length);
      this.keys = new AddressKeys(key);
    }

    private final Map<TestNode, Reception> receptions = new HashMap<>();

    private Reception of(TestNode node) {
      return receptions.computeIfAbsent(
          node,
          n ->
              new Reception(
                  n.vertx,
                  keys,
                  n.directory,
                  n.roots,
                  n.joining,
                  accounts,
                  n.rosters(),
                  n.blobs,
                  n.objects));
    }

    Future<Void> start(TestNode node, Delivery d) {
      Reception reception = of(node);
      return node.run(() -> reception.receive(node.workspace, d.type, d.type, d.items));
    }

    void deliver(TestNode node, Delivery d) {
      TestNode.result(start(node, d));
    }

    /** What stands in all streams: each thing once, under a name that does not depend on order. */
    Map<String, String> all(TestNode node) {
      Set<CustomerId> homes = new LinkedHashSet<>();
      for (Delivery d : DELIVERIES) {
        for (Inbound item : d.items) {
          home(node, item.origin().address(), homes);
          item.origin().aliases().forEach(a -> home(node, a, homes));
        }
      }
      List<Entry> entries = new ArrayList<>();
      for (CustomerId home : homes) {
        entries.addAll(node.await(() -> node.streams.after(home, Position.START, 5000)));
      }
      Map<String, String> names = new HashMap<>();
      for (Entry e : entries) {
        if (e.event() instanceof Event.MessageAdded m && m.externalId() != null) {
          names.put(e.header().id(), "ext:" + m.externalId());
        }
      }
      Map<String, String> out = new TreeMap<>();
      Map<String, Event.Delivery> reached = new TreeMap<>();
      for (Entry e : entries) {
        add(out, reached, names, e);
      }
      reached.forEach((message, state) -> out.put("delivery " + message, state.name()));
      return out;
    }

    private void home(TestNode node, Address address, Set<CustomerId> homes) {
      CustomerId home = node.await(() -> node.directory.find(node.workspace, keys.via(address)));
      if (home != null) {
        homes.add(home);
        StreamRoot.all(node, home, homes);
      }
    }

    private static void add(
        Map<String, String> out,
        Map<String, Event.Delivery> reached,
        Map<String, String> names,
        Entry e) {
      String src = String.valueOf(e.header().src());
      String key = e.event().type() + " " + src;
      String line =
          switch (e.event()) {
            case Event.MessageAdded m -> Json.text(m.content()) + Json.text(m.attachments());
            case Event.MessageEdited m -> named(names, m.message()) + " " + Json.text(m.content());
            case Event.MessageRemoved m -> named(names, m.message());
            case Event.ReactionChanged r ->
                named(names, r.message()) + " " + r.emoji() + " " + r.on();
            case Event.DeliveryChanged d -> {
              for (String message : d.messages()) {
                reached.merge(
                    named(names, message), d.state(), (x, y) -> x.compareTo(y) > 0 ? x : y);
              }
              yield null;
            }
            case Event.CallLogged c -> c.outcome() + " " + c.call() + " " + c.text();
            case Event.ConsentChanged c -> String.valueOf(c.granted());
            case Event.Noticed n -> n.kind() + " " + new TreeMap<>(n.details());
            default -> null;
          };
      if (line != null) {
        assertThat(out.put(key, line)).as("a second copy of " + key).isNull();
      }
    }

    private static String named(Map<String, String> names, String message) {
      return names.getOrDefault(message, message);
    }
  }

  /** Streams that were joined into one another. */
  private static final class StreamRoot {
    private StreamRoot() {}

    static void all(TestNode node, CustomerId home, Set<CustomerId> homes) {
      @Nullable CustomerId next = home;
      Map<CustomerId, CustomerId> seen = new LinkedHashMap<>();
      while (next != null && seen.put(next, next) == null) {
        CustomerId at = next;
        homes.add(at);
        next = node.await(() -> node.streams.load(at)).into();
      }
    }
  }
}
