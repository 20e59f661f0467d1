package dev.hilo.load.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Redis of this run: the installed {@code redis-server}, AOF everysec, no rewriting, nothing else
 * than the gateway's own recommendations set.
 */
public final class Store implements AutoCloseable {
  private final Server server;
  private final int port;
  private final Resp admin;

  private Store(Server server, int port, Resp admin) {
    this.server = server;
    this.port = port;
    this.admin = admin;
  }

  public static Store start() throws IOException {
    int port = Server.freePort();
    Path folder = Server.folder("redis");
    List<String> command =
        List.of(
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            String.valueOf(port),
            "--dir",
            folder.toString(),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--auto-aof-rewrite-percentage",
            "0",
            "--save",
            "",
            "--stream-node-max-bytes",
            "1024",
            "--maxmemory-policy",
            "noeviction");
    Server server = Server.start("redis", folder, Map.of(), command, Server.Garbage.NONE);
    server.listensOn(port);
    return new Store(server, port, new Resp(port));
  }

  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  public Server server() {
    return server;
  }

  public Resp admin() {
    return admin;
  }

  /** A field of {@code INFO}. */
  public double info(String section, String field) throws IOException {
    return admin
        .call("INFO", section)
        .lines()
        .filter(l -> l.startsWith(field + ":"))
        .mapToDouble(l -> Double.parseDouble(l.substring(field.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** Calls of each command so far. */
  public Map<String, Double> commands() throws IOException {
    Map<String, Double> calls = new TreeMap<>();
    admin
        .call("INFO", "commandstats")
        .lines()
        .filter(l -> l.startsWith("cmdstat_"))
        .map(l -> l.substring("cmdstat_".length()).split("[:=,]"))
        .forEach(c -> calls.put(c[0], Double.parseDouble(c[2])));
    return calls;
  }

  @Override
  public void close() throws IOException {
    admin.close();
    server.close();
  }
}
