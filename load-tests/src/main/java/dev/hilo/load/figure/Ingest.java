package dev.hilo.load.figure;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Posting;
import dev.hilo.load.peer.BareRoute;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.Gateway;
import dev.hilo.load.process.Server;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A platform's call: a signed WhatsApp text is verified, parsed, durable and answered, beside a bare
 * Vert.x route that says 200, at the same number of connections in the same run.
 */
public final class Ingest {
  private static final String SECRET = "load-app-secret";

  private final int connections;
  private final int people;
  private int number;

  private Ingest(Options options) {
    this.connections = options.count("connections", 64, 64);
    this.people = options.count("people", 2000, 200);
  }

  public static void run(Options options) throws Exception {
    Ingest ingest = new Ingest(options);
    int rounds = options.count("rounds", 3, 1);
    int calls = options.count("calls", 40_000, 4000);
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    Map<String, List<Double>> cpus = new LinkedHashMap<>();
    Map<String, List<Double>> p99s = new LinkedHashMap<>();
    List<String> arguments = new ArrayList<>(Flags.PRODUCTION);
    arguments.addAll(
        List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            BareRoute.class.getName()));
    try (Server bare = Server.java("bare", Server.folder("bare"), Map.of(), arguments);
        Gateway hilo = Gateway.spawn("ingest", null, 0, Flags.PRODUCTION)) {
      Map<String, Integer> ports = new LinkedHashMap<>();
      ports.put("bare", Integer.parseInt(bare.says("listening on").strip()));
      ports.put("hilo", hilo.up().http().getPort());
      Map<String, Server> servers = Map.of("bare", bare, "hilo", hilo.server());
      for (String name : ports.keySet()) {
        for (int i = 0; i < 3; i++) {
          ingest.post(ports.get(name), calls);
        }
      }
      for (int i = 0; i < rounds; i++) {
        for (String name : i % 2 == 0 ? List.of("bare", "hilo") : List.of("hilo", "bare")) {
          double before = servers.get(name).proc().cpuMicros();
          Posting.Outcome o = ingest.post(ports.get(name), calls);
          double cpu = (servers.get(name).proc().cpuMicros() - before) / o.calls();
          double rate = o.calls() / o.seconds();
          double p99 = o.nanos().getValueAtPercentile(99) / 1e6;
          Report.line(
              "%-5s %s calls/s, p99 %s ms, CPU per call %s us",
              name, Report.text(rate), Report.text(p99), Report.text(cpu));
          rates.computeIfAbsent(name, _ -> new ArrayList<>()).add(rate);
          cpus.computeIfAbsent(name, _ -> new ArrayList<>()).add(cpu);
          p99s.computeIfAbsent(name, _ -> new ArrayList<>()).add(p99);
        }
      }
    }
    double over = Report.median(rates.get("hilo")) / Report.median(rates.get("bare"));
    Report report = new Report("ingest", options).put("hiloOverBare", over);
    for (String name : rates.keySet()) {
      report
          .put(name + ".callsPerSecond", rates.get(name))
          .put(name + ".cpuMicros", cpus.get(name))
          .put(name + ".p99Ms", p99s.get(name));
    }
    Report.line("  hilo over bare: %s", Report.text(over));
    report.end();
  }

  /** Made before the clock starts, as the platform's own work is not ours. */
  private Posting.Outcome post(int port, int calls) throws Exception {
    byte[][] all = new byte[calls][];
    for (int i = 0; i < calls; i++) {
      all[i] = request(number++);
    }
    return Posting.run(port, connections, calls, i -> all[i]);
  }

  private byte[] request(int n) throws GeneralSecurityException {
    String body =
        """
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":\
        {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100","phone_number_id":\
        "106540352242922"},"contacts":[{"profile":{"name":"Person %1$d"},"wa_id":"%2$d"}],"messages":\
        [{"from":"%2$d","id":"wamid.%3$d","timestamp":"%4$d","type":"text","text":{"body":\
        "Where is my parcel? It should have been here on Monday, number %3$d."}}]}}]}]}"""
            .formatted(
                n % people, 15_550_100_000L + n % people, n, System.currentTimeMillis() / 1000);
    byte[] bytes = body.getBytes(UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ("POST /webhooks/load HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "X-Hub-Signature-256: sha256="
                + HexFormat.of().formatHex(mac.doFinal(bytes))
                + "\r\nContent-Length: "
                + bytes.length
                + "\r\n\r\n")
            .getBytes(UTF_8));
    out.writeBytes(bytes);
    return out.toByteArray();
  }
}
