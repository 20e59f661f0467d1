package dev.hilo.channel.email;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Notices that two machines are talking: many mails of one sender in a short time, the same one
 * over and over, or one that went through too many servers. For several threads.
 */
final class LoopBrake {
  private static final int MAX_HOPS = 50;
  private static final int MAX_SAME = 3;
  private static final int MAX_MAILS = 20;
  private static final long HOUR = 3_600_000;
  private static final long WINDOW = 600_000;
  private static final int SENDERS = 2000;

  private final Clock clock;
  private final Map<String, Sender> senders =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sender> eldest) {
          return size() > SENDERS;
        }
      };

  LoopBrake() {
    this(Clock.systemUTC());
  }

  LoopBrake(Clock clock) {
    this.clock = clock;
  }

  /** {@code text}: of the body. */
  private record Seen(long at, int text) {}

  private static final class Sender {
    private final ArrayDeque<Seen> seen = new ArrayDeque<>();
  }

  /** Counts a mail of {@code from}; true if nobody should be called because of it. */
  synchronized boolean holds(String from, Headers headers, byte[] raw) {
    if (headers.all("received").size() > MAX_HOPS) {
      return true;
    }
    long now = clock.millis();
    int text =
        Arrays.hashCode(Arrays.copyOfRange(raw, Math.min(headers.body(), raw.length), raw.length));
    var seen = senders.computeIfAbsent(from, _ -> new Sender()).seen;
    seen.addLast(new Seen(now, text));
    while (seen.size() > 100 || now - seen.getFirst().at > HOUR) {
      seen.removeFirst();
    }
    long same = seen.stream().filter(s -> s.text == text).count();
    long lately = seen.stream().filter(s -> now - s.at <= WINDOW).count();
    return same > MAX_SAME || lately > MAX_MAILS;
  }
}
