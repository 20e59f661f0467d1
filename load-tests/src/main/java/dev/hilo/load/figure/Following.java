package dev.hilo.load.figure;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Device;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Peer.Talker;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Visitors on the first gateway, each with as many further devices on the last; a steady stream of
 * messages to them; and for every device what it got: each message once and in order, or not.
 */
final class Following {
  private static final int UNACKED = 16; // what a gateway allows one socket
  private static final long HIGHEST = 120_000_000_000L;

  private final Loop loop;
  private final HiloPeer peer;
  private final List<Talker> talkers;
  private final List<Follower> followers = new ArrayList<>();
  private final int bytes;
  private final int[] said;
  private final int[] acked;
  private Histogram delays = new Histogram(HIGHEST, 3);
  private long skipped;
  private boolean saying;
  private long interval;
  private long next;
  private int turn;

  /** One device, over all the sockets it has one after the other. */
  final class Follower {
    private final int topic;
    private int last = -1;
    private boolean measured = true;
    private Device device;

    @SuppressWarnings("NullAway.Init") // device is there once it has come
    Follower(int topic) {
      this.topic = topic;
    }

    private void heard(int of, int seq, long nanos) {
      if (seq <= last) {
        return; // while it moves, the old socket and the new one bring the same
      }
      skipped += seq - last - 1;
      last = seq;
      if (measured) {
        delays.recordValue(Math.max(0, Math.min(HIGHEST, System.nanoTime() - nanos)));
      }
    }

    Device device() {
      return device;
    }

    /** Its delays are not counted, as it does not read. */
    void unmeasured() {
      measured = false;
    }

    int last() {
      return last;
    }
  }

  /** Opens all of it. */
  Following(Loop loop, HiloPeer peer, int topics, int perTopic, int bytes) {
    this.loop = loop;
    this.peer = peer;
    this.bytes = bytes;
    this.said = new int[topics];
    this.acked = new int[topics];
    this.talkers = Crowd.talkers(loop, peer, 0, topics);
    talkers.forEach(t -> t.topic().onAck(seq -> acked[t.topic().number()] = seq + 1));
    loop.all(
        "devices",
        topics,
        Math.max(1, 64 / perTopic),
        Duration.ofSeconds(150),
        t -> {
          List<Follower> here = new ArrayList<>();
          for (int i = 0; i < perTopic; i++) {
            here.add(new Follower(t));
          }
          followers.addAll(here);
          return peer.crowd(talkers.get(t), perTopic, i -> here.get(i)::heard)
              .thenApply(
                  devices -> {
                    for (int i = 0; i < perTopic; i++) {
                      here.get(i).device = (Device) devices.get(i);
                    }
                    return devices;
                  });
        });
  }

  List<Follower> followers() {
    return followers;
  }

  HiloPeer peer() {
    return peer;
  }

  /** Says messages from now on, evenly, over all topics in turn. */
  void begin(double perSecond) {
    loop.run(
        () -> {
          saying = true;
          interval = (long) (1e9 / perSecond);
          next = System.nanoTime();
          pace();
        });
  }

  private void pace() {
    long now = System.nanoTime();
    while (saying && next <= now) {
      Talker talker = talkers.get(turn++ % talkers.size());
      int topic = talker.topic().number();
      if (said[topic] - acked[topic] < UNACKED) { // else it stays silent this time
        talker.say(said[topic], Body.make(bytes, topic, said[topic], now));
        said[topic]++;
      }
      next += interval;
    }
    if (saying) {
      loop.in(Math.max(0, next - now), this::pace);
    }
  }

  /** Says no more, and waits until everyone has everything; gives how many lack something. */
  int end(Duration patience) {
    loop.get(() -> saying = false);
    long until = System.nanoTime() + patience.toNanos();
    while (behind() > 0 && System.nanoTime() < until) {
      Waiting.sleep(0.05);
    }
    return behind();
  }

  private int behind() {
    return loop.get(() -> (int) followers.stream().filter(f -> f.last < said[f.topic] - 1).count());
  }

  /** Messages that lack at devices, those skipped and those never come. */
  long missing() {
    return loop.get(
        () ->
            skipped
                + followers.stream().mapToLong(f -> Math.max(0, said[f.topic] - 1 - f.last)).sum());
  }

  /** Messages that came twice on one socket. */
  long doubled() {
    return loop.get(() -> followers.stream().mapToLong(f -> f.device.doubled()).sum());
  }

  /** How many have come since {@link #delays} was asked last. */
  long arrivals() {
    return loop.get(() -> delays.getTotalCount());
  }

  /** The delays so far; counting begins anew. */
  Histogram delays() {
    return loop.get(
        () -> {
          Histogram now = delays;
          delays = new Histogram(HIGHEST, 3);
          return now;
        });
  }
}
