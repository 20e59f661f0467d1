package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Every key and channel name. A customer's keys share the slot of its partition; {@code {p}} below
 * stands for the partition's tag, which is fixed for good: the smallest decimal number whose Redis
 * slot is 16 times the partition.
 *
 * <dl>
 *   <dt>{p}:f
 *   <dd>epoch of the partition
 *   <dt>{p}:s:&lt;c&gt;
 *   <dd>stream: id epoch-seq, fields h (header) and b (body)
 *   <dt>{p}:m:&lt;c&gt;
 *   <dd>meta: n (last seq), q (last loud position), sealed (into=mergeId), a:&lt;child&gt; (a:
 *       there are some), i (dedupe generation) and the dedupe ids of that generation
 *   <dt>{p}:d0:&lt;c&gt; {p}:d1:&lt;c&gt;
 *   <dd>dedupe ids to positions of the generation before, 8 days each
 *   <dt>{p}:z:&lt;c&gt;
 *   <dd>snapshot: foldVersion|position|state
 *   <dt>{p}:h:&lt;c&gt;
 *   <dd>claims of the keeper: message to what was done with it
 *   <dt>{p}:x:&lt;c&gt;
 *   <dd>objects: key to revision|value
 *   <dt>{p}:dev:&lt;c&gt;
 *   <dd>devices: id to token hash and origin
 *   <dt>{p}:p:&lt;c&gt;
 *   <dd>sessions that are at the thread: id to node|who
 *   <dt>{p}:pn, {p}:pn:&lt;node&gt;
 *   <dd>nodes that have sessions at threads of the partition; the customers of each
 *   <dt>{p}:j
 *   <dd>journal: c (customer)
 *   <dt>{p}:w
 *   <dd>work: customers by due time; also the name of the doorbell channel
 *   <dt>{p}:own
 *   <dd>keeper: node#token
 *   <dt>{p}:cur
 *   <dd>cursors of journal readers
 *   <dt>{p}:r:&lt;w&gt;
 *   <dd>rows of the inbox of a workspace; also the name of their channel
 *   <dt>{p}:c:&lt;c&gt;
 *   <dd>channel of a customer: entries, signals, objects
 *   <dt>a:&lt;w&gt;:&lt;via&gt;
 *   <dd>address to home
 *   <dt>node:&lt;id&gt;, nodes
 *   <dd>node leases, the set of nodes
 *   <dt>{p}probe:&lt;node&gt;
 *   <dd>channel of a node's probe
 *   <dt>{node:&lt;id&gt;}:relay
 *   <dd>channel of what other nodes pass on to a node
 *   <dt>once:&lt;hash&gt;, session:&lt;hash&gt;
 *   <dd>one-time codes and tickets; sign-ins
 *   <dt>usage:&lt;what&gt;, used:&lt;w&gt;
 *   <dd>what was asked for in the running minute; keys to when they were used last
 *   <dt>sessions:&lt;w&gt;:&lt;user&gt;
 *   <dd>hashes of somebody's sign-ins, by when they end
 *   <dt>tries:&lt;hash&gt;
 *   <dd>tries at something that can be guessed: n (how many), until (when the next is allowed, ms)
 *   <dt>troubles:&lt;w&gt;
 *   <dd>what is wrong with an endpoint, by endpoint and node
 *   <dt>pace:&lt;hash&gt;
 *   <dd>when an account that sends may send again, us
 *   <dt>vault:&lt;w&gt;:&lt;name&gt;
 *   <dd>a secret, sealed
 *   <dt>fact:&lt;hash&gt;
 *   <dd>what a channel wants to know again later
 *   <dt>{src:&lt;name&gt;}:lease, :token, :cursor, :seen, :tally, :parked, :state, :asked
 *   <dd>a source's lease, its counter, its cursor, its ledger: key to what became of it, how many
 *       of each kind, what could not be read; what it says of itself; what it is asked to do
 * </dl>
 */
public final class Keys {
  public static final int PARTITIONS = 1024;
  private static final String[] TAGS = tags();

  private Keys() {}

  private static String[] tags() {
    try (InputStream in = Keys.class.getResourceAsStream("partitions.txt")) {
      byte[] bytes = Objects.requireNonNull(in, "partitions.txt").readAllBytes();
      String[] tags = new String(bytes, StandardCharsets.US_ASCII).strip().split("\n");
      for (int i = 0; i < tags.length; i++) {
        tags[i] = "{" + tags[i] + "}:";
      }
      return tags;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** 0..1023: the low 10 bits of the CRC32C of the id. */
  public static int partition(CustomerId customer) {
    CRC32C crc = new CRC32C();
    crc.update(customer.toString().getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() & (PARTITIONS - 1));
  }

  static String tag(int partition) {
    return TAGS[partition];
  }

  private static String of(CustomerId customer, String kind) {
    return TAGS[partition(customer)] + kind + ":" + customer;
  }

  static String stream(CustomerId customer) {
    return of(customer, "s");
  }

  /** The customer whose stream has this key, or null if it is another's. */
  static @Nullable CustomerId streamOf(String key) {
    int at = key.indexOf("}:s:");
    if (at < 0) {
      return null;
    }
    try {
      CustomerId customer = CustomerId.of(key.substring(at + 4));
      return stream(customer).equals(key) ? customer : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static String meta(CustomerId customer) {
    return of(customer, "m");
  }

  static String snapshot(CustomerId customer) {
    return of(customer, "z");
  }

  static String claims(CustomerId customer) {
    return of(customer, "h");
  }

  static String objects(CustomerId customer) {
    return of(customer, "x");
  }

  static String devices(CustomerId customer) {
    return of(customer, "dev");
  }

  static String present(CustomerId customer) {
    return of(customer, "p");
  }

  static String presentNodes(int partition) {
    return TAGS[partition] + "pn";
  }

  static String presentOf(int partition, String node) {
    return TAGS[partition] + "pn:" + node;
  }

  static String dedupe(CustomerId customer, long generation) {
    return of(customer, (generation & 1) == 0 ? "d0" : "d1");
  }

  /** Every key that belongs to one customer only. */
  static List<String> all(CustomerId customer) {
    return List.of(
        stream(customer),
        meta(customer),
        dedupe(customer, 0),
        dedupe(customer, 1),
        snapshot(customer),
        claims(customer),
        objects(customer),
        devices(customer),
        present(customer));
  }

  /** Channel of everything that happens to a customer. */
  public static String channel(CustomerId customer) {
    return of(customer, "c");
  }

  static String epoch(int partition) {
    return TAGS[partition] + "f";
  }

  static String journal(int partition) {
    return TAGS[partition] + "j";
  }

  static String work(int partition) {
    return TAGS[partition] + "w";
  }

  /** Channel that names customers the keeper shall look at. */
  public static String doorbell(int partition) {
    return work(partition);
  }

  static String own(int partition) {
    return TAGS[partition] + "own";
  }

  static String cursors(int partition) {
    return TAGS[partition] + "cur";
  }

  /** Rows of a workspace's inbox, and the channel of their changes. */
  public static String rows(int partition, String workspace) {
    return TAGS[partition] + "r:" + workspace;
  }

  static String address(String workspace, String via) {
    return "a:" + workspace + ":" + via;
  }

  static String node(String id) {
    return "node:" + id;
  }

  static String nodes() {
    return "nodes";
  }

  /** Channel of a node's probe, beside a channel it is subscribed to. */
  static String probe(String channel, String node) {
    return channel.substring(0, channel.indexOf('}') + 1) + "probe:" + node;
  }

  /** Channel of what other nodes pass on to a node. */
  static String relay(String node) {
    return "{node:" + node + "}:relay";
  }

  static String once(String hash) {
    return "once:" + hash;
  }

  static String session(String hash) {
    return "session:" + hash;
  }

  static String usage(String what) {
    return "usage:" + what;
  }

  static String lastUse(String workspace) {
    return "used:" + workspace;
  }

  static String sessions(String workspace, String user) {
    return "sessions:" + workspace + ":" + user;
  }

  static String tries(String hash) {
    return "tries:" + hash;
  }

  static String troubles(String workspace) {
    return "troubles:" + workspace;
  }

  static String pace(String account) {
    return "pace:" + Tokens.hash(account);
  }

  static String fact(String via) {
    return "fact:" + via;
  }

  static String vault(String workspace, String name) {
    return "vault:" + workspace + ":" + name;
  }

  static String source(String name, String part) {
    return "{src:" + name + "}:" + part;
  }
}
