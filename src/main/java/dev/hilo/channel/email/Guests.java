package dev.hilo.channel.email;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who is connected, and how much each sends: one client can take neither all connections nor all
 * the time. Of IPv6 a client is a network of 64 bits. For one thread.
 */
final class Guests {
  private static final int REMEMBERED = 10_000;
  private static final int BURST = 300;
  private static final long NANOS_PER_MAIL = 200_000_000;

  private final int connections;
  private final int perClient;
  private final Map<String, Integer> here = new HashMap<>();
  private final Map<String, Long> pace =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };
  private int all;

  /**
   * @param connections at a time; of one client a quarter of them
   */
  Guests(int connections) {
    this.connections = connections;
    this.perClient = Math.max(1, connections / 4);
  }

  /**
   * True if there is room, which is taken then.
   *
   * @param trusted may have all of them
   */
  boolean enter(InetAddress client, boolean trusted) {
    int mine = here.getOrDefault(name(client), 0);
    if (all >= connections || !trusted && mine >= perClient) {
      return false;
    }
    all++;
    here.put(name(client), mine + 1);
    return true;
  }

  void leave(InetAddress client) {
    all--;
    here.computeIfPresent(name(client), (_, n) -> n == 1 ? null : n - 1);
  }

  /** Whether a client may send a mail now: 300 at once, then 5 in a second. */
  boolean mayMail(InetAddress client, long nanos) {
    long full = nanos - BURST * NANOS_PER_MAIL;
    long paid = Math.max(pace.getOrDefault(name(client), full), full) + NANOS_PER_MAIL;
    if (paid > nanos) {
      return false;
    }
    pace.put(name(client), paid);
    return true;
  }

  private static String name(InetAddress client) {
    byte[] bytes = client.getAddress();
    return HexFormat.of()
        .formatHex(client instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
  }
}
