package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Installed;
import dev.hilo.load.peer.NatsPeer;
import dev.hilo.load.peer.NchanPeer;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.RawPeer;
import dev.hilo.load.peer.SocketIoPeer;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.process.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The peers of a figure, all running; the client drives one at a time. */
final class Peers implements AutoCloseable {
  private final Loop loop;
  private final Options options;
  private final List<Peer> all = new ArrayList<>();

  private Peers(Loop loop, Options options) {
    this.loop = loop;
    this.options = options;
  }

  /** Starts what {@code peers=} names; one that cannot be had here is said and left out. */
  static Peers start(Loop loop, Options options, String otherwise) throws Exception {
    Peers peers = new Peers(loop, options);
    try {
      for (String name : options.list("peers", otherwise)) {
        try {
          peers.all.add(start(loop, name, Flags.PRODUCTION));
        } catch (Installed.Missing e) {
          Report.line("%s is left out: %s", name, e.getMessage());
        }
      }
    } catch (IOException | RuntimeException e) {
      peers.close();
      throw e;
    }
    return peers;
  }

  static Peer start(Loop loop, String name, List<String> flags) throws Exception {
    return switch (name) {
      case "hilo" -> HiloPeer.start(loop, 2, flags);
      case "netty" -> RawPeer.netty(loop, flags);
      case "ws" -> RawPeer.ws(loop);
      case "socketio" -> SocketIoPeer.start(loop);
      case "nchan" -> NchanPeer.start(loop, false);
      case "nats" -> NatsPeer.start(loop);
      default -> throw new IllegalArgumentException("there is no peer " + name);
    };
  }

  List<Peer> all() {
    return all;
  }

  List<String> names() {
    return all.stream().map(Peer::name).toList();
  }

  List<Traffic> traffics(int publishers, int under, int bytes) {
    return all.stream().map(p -> new Traffic(loop, p, publishers, under, bytes)).toList();
  }

  /**
   * Until compilers and caches have done most of their work, on both cores; the longest for Hilo's
   * two JVMs.
   */
  void warmUp(List<Traffic> traffics) throws IOException, InterruptedException {
    for (Traffic traffic : traffics) {
      double seconds =
          traffic.peer() instanceof HiloPeer
              ? options.number("warm", 25, 3)
              : options.number("warm-others", 3, 1);
      for (Server server : traffic.peer().servers()) {
        server.onBothCores(true);
      }
      traffic.flood(seconds * 0.8);
      print(traffic.peer().name(), "warm", traffic.steady(2500, seconds * 0.2));
      for (Server server : traffic.peer().servers()) {
        server.onBothCores(false);
      }
    }
  }

  static void print(String peer, String load, Traffic.Run run) {
    StringBuilder parts = new StringBuilder();
    for (Map.Entry<String, Double> part : run.cpu().entrySet()) {
      parts.append(' ').append(part.getKey()).append(' ').append(Report.text(part.getValue()));
    }
    Report.line(
        "%-9s %-6s %7s/s  CPU %6s us (%s )  ack p50 %s  recv p50 %s p99 %s ms  late p99 %s ms"
            + "  cores: servers %.2f client %.2f%s%s",
        peer,
        load,
        Report.text(run.perSecond()),
        Report.text(run.allCpu()),
        parts,
        Report.text(run.ack().getValueAtPercentile(50) / 1e6),
        Report.text(run.arrival().getValueAtPercentile(50) / 1e6),
        Report.text(run.arrival().getValueAtPercentile(99) / 1e6),
        Report.text(run.late().getValueAtPercentile(99) / 1e6),
        run.serverCores(),
        run.clientCores(),
        run.held() > 0.98 ? "" : "  NOT HELD: " + Report.text(run.held() * 100) + " % of the rate",
        run.clean()
            ? ""
            : "  FAULTS: missing "
                + run.missing()
                + " gaps "
                + run.gaps()
                + " repeats "
                + run.repeats());
  }

  @Override
  public void close() {
    for (Peer peer : all) {
      try {
        peer.close();
      } catch (Exception e) {
        System.err.println(peer.name() + " did not end well: " + e);
      }
    }
  }
}
