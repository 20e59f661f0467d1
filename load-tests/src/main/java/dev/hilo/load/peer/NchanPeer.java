package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Store;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * nginx with the nchan module (nchan.io): two servers, one worker each, on one Redis. Publishers
 * and subscribers speak WebSocket; with {@code meta} each message names its id, to come back with.
 */
public final class NchanPeer extends OnRedis {
  private static final String META = "ws+meta.nchan";

  /** The module insists on Debian's folder for uploads, whatever is configured: give it one. */
  private static final String ROOM =
      "mount -t tmpfs none /var/lib && mkdir /var/lib/nginx"
          + " && exec \"$0\" -p \"$1\" -c nginx.conf -e stderr";

  private final List<Integer> ports;
  private final boolean meta;

  private NchanPeer(Loop loop, Store store, List<Server> nodes, List<Integer> ports, boolean meta) {
    super(loop, store, nodes);
    this.ports = ports;
    this.meta = meta;
  }

  public static NchanPeer start(Loop loop, boolean meta) throws IOException {
    if (!System.getProperty("user.name").equals("root")) {
      throw new Installed.Missing("nchan is only run by root here, for a mount of its own");
    }
    Installed.needs("unshare", "mount");
    Path module = Installed.debian("ngx_nchan_module.so", List.of("nginx", "libnginx-mod-nchan"));
    Path nginx = Installed.debian("nginx", List.of("nginx", "libnginx-mod-nchan"));
    Store store = Store.start();
    List<Server> nodes = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (String name : List.of("a-nchan", "b-nchan")) {
      int port = Server.freePort();
      Path folder = Server.folder(name);
      Files.writeString(folder.resolve("nginx.conf"), settings(module, port, store.port()));
      List<String> command =
          List.of("unshare", "-m", "sh", "-c", ROOM, nginx.toString(), folder.toString());
      Server node = Server.start(name, folder, Map.of(), command, Server.Garbage.NONE);
      node.listensOn(port);
      nodes.add(node);
      ports.add(port);
    }
    return new NchanPeer(loop, store, nodes, ports, meta);
  }

  private static String settings(Path module, int port, int redis) {
    return """
    load_module %s;
    daemon off;
    pid nginx.pid;
    user root;
    error_log stderr error;
    worker_processes 1;
    worker_rlimit_nofile 20000;
    events { worker_connections 19000; }
    http {
      access_log off;
      client_body_temp_path tmp1; proxy_temp_path tmp2; fastcgi_temp_path tmp3;
      uwsgi_temp_path tmp4; scgi_temp_path tmp5;
      nchan_shared_memory_size 1024M;
      upstream store {
        nchan_redis_server redis://127.0.0.1:%d;
        nchan_redis_storage_mode distributed;
      }
      server {
        listen 127.0.0.1:%d backlog=4096;
        nchan_message_timeout 1h;
        nchan_message_buffer_length 200;
        nchan_websocket_ping_interval 25;
        location ~ ^/pub/(\\w+)$ {
          nchan_redis_pass store; nchan_channel_id $1; nchan_publisher websocket;
        }
        location ~ ^/sub/(\\w+)$ {
          nchan_redis_pass store; nchan_channel_id $1; nchan_subscriber websocket;
        }
      }
    }
    """
        .formatted(module, redis, port);
  }

  @Override
  public String name() {
    return "nchan";
  }

  @Override
  public CompletableFuture<Talker> talker(Topic topic) {
    URI url = URI.create("ws://127.0.0.1:" + ports.getFirst() + "/pub/" + topic.name());
    int[] acked = {0};
    return loop()
        .open(url, (_, _) -> topic.acked(acked[0]++))
        .thenApply(wire -> new Saying(wire, topic));
  }

  /** Publishes; every message is answered in its order with what the channel holds. */
  private record Saying(Wire wire, Topic topic) implements Talker {
    @Override
    public void say(int seq, byte[] body) {
      wire.text("", body, "");
    }
  }

  @Override
  public CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard) {
    return new Hearing(topic, heard).come("");
  }

  private final class Hearing implements Watcher, Wire.Heard {
    private final Topic topic;
    private final Body.Found heard;
    private String last = "";
    private Wire wire;

    @SuppressWarnings("NullAway.Init") // wire is there once it is ready
    Hearing(Topic topic, Body.Found heard) {
      this.topic = topic;
      this.heard = heard;
    }

    CompletableFuture<Watcher> come(String query) {
      URI url = URI.create("ws://127.0.0.1:" + ports.getLast() + "/sub/" + topic.name() + query);
      return loop()
          .open(url, meta ? META : null, Map.of(), this)
          .thenApply(
              opened -> {
                wire = opened;
                return this;
              });
    }

    @Override
    public Wire wire() {
      return wire;
    }

    @Override
    public CompletableFuture<Watcher> back() {
      String id = URLEncoder.encode(last, StandardCharsets.UTF_8);
      return come(last.isEmpty() ? "" : "?last_event_id=" + id);
    }

    @Override
    public void frame(Wire from, ByteBuf frame) {
      if (meta) {
        String text = frame.toString(StandardCharsets.UTF_8); // "id: 1700000000:0\n...\n\nbody"
        last = text.startsWith("id: ") ? text.substring(4, text.indexOf('\n')) : last;
      }
      Body.find(frame, heard);
    }
  }

  @Override
  public boolean resumes() {
    return meta;
  }
}
