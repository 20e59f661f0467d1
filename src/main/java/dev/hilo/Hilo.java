package dev.hilo;

import dev.hilo.channel.ChannelTypes;
import dev.hilo.codec.Json;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.demo.Demo;
import dev.hilo.http.WebApps;
import dev.hilo.ops.DataInUse;
import dev.hilo.ops.LocalRedis;
import dev.hilo.store.PartitionMove;
import dev.hilo.store.Server;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** The command: reads the configuration, starts what it names, says where to go. */
public final class Hilo {
  private static final int EXIT_USAGE = 64;
  private static final int EXIT_CONFIG = 78;
  private static final int EXIT_IN_USE = 75;
  private static final String USAGE =
      """
      usage: hilo [--config FILE] [--check | --export | --move-partition P --to HOST:PORT]
        --config FILE        the configuration; else HILO_CONFIG, else config/gateway.yaml
        --check              say whether the configuration is valid, and end
        --export             print what all workspaces keep, as a configuration, and end
        --move-partition P   move a partition, 0 to 1023, to another master of the Redis Cluster
          --to HOST:PORT     that the configuration names, and end; gateways may go on running
      """;

  private Hilo() {}

  public static void main(String[] args) {
    String file = System.getenv().getOrDefault("HILO_CONFIG", "config/gateway.yaml");
    boolean check = false;
    boolean export = false;
    String partition = null;
    String to = null;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--config") && i + 1 < args.length) {
        file = args[++i];
      } else if (args[i].equals("--check")) {
        check = true;
      } else if (args[i].equals("--export")) {
        export = true;
      } else if (args[i].equals("--move-partition") && i + 1 < args.length) {
        partition = args[++i];
      } else if (args[i].equals("--to") && i + 1 < args.length) {
        to = args[++i];
      } else {
        usage(args[i].equals("--help") ? 0 : EXIT_USAGE);
      }
    }
    if ((partition == null) != (to == null)) {
      usage(EXIT_USAGE);
    }
    try {
      GatewayConfig config = GatewayConfig.read(Path.of(file), System.getenv());
      FirstContent.check(
          config.workspaces().stream().flatMap(w -> w.channels().stream()).toList(),
          new ChannelTypes());
      if (check) {
        System.out.println(file + " is valid");
        return;
      }
      exitWithParent();
      if (partition != null && to != null) {
        move(config, partition, to);
        return;
      }
      if (export) {
        export(config);
        return;
      }
      run(config);
    } catch (InvalidConfig e) {
      System.err.println(file + " is not valid:");
      e.faults().forEach(f -> System.err.println("  " + f));
      System.exit(EXIT_CONFIG);
    } catch (PartitionMove.Refused e) {
      System.err.println("not moved: " + e.getMessage());
      System.exit(1);
    } catch (DataInUse e) {
      System.err.println(e.getMessage());
      System.exit(EXIT_IN_USE);
    } catch (Exception e) {
      System.err.println("Hilo could not start: " + e);
      System.exit(1);
    }
  }

  private static void usage(int code) {
    System.err.print(USAGE);
    System.exit(code);
  }

  /** Prints nothing else: what is logged goes to the other stream. */
  private static void export(GatewayConfig config) throws Exception {
    PrintStream out = System.out;
    System.setOut(System.err);
    String yaml;
    if (config.redis().uri() != null) {
      yaml = Export.of(config, URI.create(config.redis().uri().value()));
    } else {
      Files.createDirectories(config.data());
      try (LocalRedis local = LocalRedis.start(config.data(), config.redis().fsync())) {
        yaml = Export.of(config, local.uri());
      }
    }
    out.print(yaml);
    out.flush();
  }

  private static void move(GatewayConfig config, String partition, String to) throws Exception {
    int number;
    Server server;
    try {
      number = Integer.parseInt(partition);
      server = Server.of(to);
    } catch (IllegalArgumentException e) {
      throw new PartitionMove.Refused(
          "partition " + partition + " to " + to + ": a number and host:port are wanted");
    }
    URI redis =
        URI.create(config.redis().uri() == null ? "redis://local" : config.redis().uri().value());
    Vertx vertx = Vertx.vertx();
    try (PartitionMove move = new PartitionMove(vertx, vertx.getOrCreateContext(), redis)) {
      long keys = move.move(number, server);
      System.out.println("partition " + number + " is on " + server + "; " + keys + " keys moved");
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  /** A build tool that was killed must leave nothing behind. */
  private static void exitWithParent() {
    if (!Boolean.getBoolean("hilo.exitWithParent")) {
      return;
    }
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    Thread.ofPlatform()
        .daemon()
        .name("parent")
        .start(
            () -> {
              while (parent.isAlive()) {
                try {
                  Thread.sleep(200);
                } catch (InterruptedException e) {
                  return;
                }
              }
              System.exit(0);
            });
  }

  private static void run(GatewayConfig config) throws Exception {
    List<AutoCloseable> opened = new ArrayList<>();
    Thread end = Thread.ofPlatform().name("end").unstarted(() -> close(opened));
    Runtime.getRuntime().addShutdownHook(end);
    Files.createDirectories(config.data());
    URI redis;
    if (config.redis().uri() != null) {
      redis = URI.create(config.redis().uri().value());
    } else {
      LocalRedis local = LocalRedis.start(config.data(), config.redis().fsync());
      opened.add(local);
      redis = local.uri();
    }
    int port = port(config);
    List<GatewayConfig.ChannelBlock> blocks = new ArrayList<>(config.channels());
    BiConsumer<Router, WebApps> pages = null;
    if (config.demo().enabled()) {
      Demo demo =
          Demo.start(config.data(), URI.create("http://" + config.http().host() + ":" + port));
      opened.add(demo);
      blocks.addAll(blocks(demo.channels()));
      pages = (router, apps) -> demo.mount(router, apps::page);
    }
    Gateway gateway = Gateway.start(config, port, redis, InstallationKey.of(config), blocks, pages);
    opened.add(gateway);
    gateway.settle(Duration.ofSeconds(10));
    greet(System.out, config, gateway);
  }

  private static void close(List<AutoCloseable> opened) {
    for (AutoCloseable each : opened.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        System.err.println("not closed cleanly: " + e);
      }
    }
  }

  private record Blocks(List<GatewayConfig.ChannelBlock> channels) {}

  private static List<GatewayConfig.ChannelBlock> blocks(List<Map<String, Object>> channels) {
    String json = new String(Json.bytes(Map.of("channels", channels)), StandardCharsets.UTF_8);
    return ConfigNode.parse(json).bind(Blocks.class).channels();
  }

  /** The configured port; 0 becomes one that is free. */
  private static int port(GatewayConfig config) throws IOException {
    if (config.http().port() != 0) {
      return config.http().port();
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(config.http().host()))) {
      return free.getLocalPort();
    }
  }

  private static void greet(PrintStream out, GatewayConfig config, Gateway gateway)
      throws Exception {
    out.println();
    out.println("  Hilo is up: " + gateway.url());
    if (config.demo().enabled()) {
      out.println();
      out.println("  the demo     " + gateway.url() + "/demo");
    }
    out.println();
    Map<String, String> links = gateway.signInLinks();
    List<String> empty = gateway.withoutAdministrator();
    links.forEach((name, link) -> out.println("  sign in as " + name + "   " + link));
    for (String workspace : empty) {
      out.println("  become administrator of " + workspace + "   " + gateway.setupLink(workspace));
    }
    if (!links.isEmpty() || !empty.isEmpty()) {
      out.println("               (each link works once, for 24 hours)");
    }
    out.println();
    out.println("  health       " + gateway.managementUrl() + "/health/ready");
    out.println();
    out.flush();
  }
}
