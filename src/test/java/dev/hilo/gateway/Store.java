package dev.hilo.gateway;

import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Keys;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What really lies in the Redis. */
final class Store implements AutoCloseable {
  private final Redis redis;

  Store(Vertx vertx, URI uri) {
    this.redis = Redis.createClient(vertx, uri.toString());
  }

  @Nullable Response ask(String command, String... arguments) {
    Request request = Request.cmd(Command.create(command));
    for (String argument : arguments) {
      request.arg(argument);
    }
    return redis.send(request).await();
  }

  /** Name of one of a customer's keys, such as {@code s} for its stream. */
  static String key(CustomerId customer, String kind) {
    String channel = Keys.channel(customer);
    return channel.substring(0, channel.indexOf(':') + 1) + kind + ":" + customer;
  }

  /** Headers of a customer's stream, oldest first. */
  List<String> headers(CustomerId customer) {
    List<String> headers = new ArrayList<>();
    Response entries = ask("XRANGE", key(customer, "s"), "-", "+");
    if (entries != null) {
      entries.forEach(e -> headers.add(e.get(1).get(1).toString()));
    }
    return headers;
  }

  /** All that was stored of a workspace, name by name. */
  TreeSet<String> keys(String workspace) {
    TreeSet<String> names = new TreeSet<>();
    Response all = ask("KEYS", "*" + workspace + "*");
    if (all != null) {
      all.forEach(name -> names.add(name.toString()));
    }
    return names;
  }

  /** Ids of the workspace's customers that have a stream. */
  List<CustomerId> customers(String workspace) {
    List<CustomerId> customers = new ArrayList<>();
    for (String name : keys(workspace)) {
      int at = name.indexOf(":s:" + workspace + ".");
      if (at > 0) {
        CustomerId customer = CustomerId.of(name.substring(at + 3));
        if (!customer.local().startsWith("~")) {
          customers.add(customer);
        }
      }
    }
    return customers;
  }

  /** Puts back what was dumped as ISO-8859-1, and nothing else of {@code all}. */
  void restore(Map<String, String> dumped, Set<String> all) {
    for (String key : all) {
      String value = dumped.get(key);
      if (value == null) {
        ask("DEL", key);
      } else {
        Request restore = Request.cmd(Command.RESTORE).arg(key).arg(0);
        restore.arg(value.getBytes(StandardCharsets.ISO_8859_1)).arg("REPLACE");
        redis.send(restore).await();
      }
    }
  }

  @Override
  public void close() {
    redis.close().await();
  }
}
