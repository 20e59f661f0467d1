package dev.hilo.core;

import dev.hilo.channel.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every configured channel by endpoint and by account. Immutable; shared by all loops. */
public final class Accounts {
  /**
   * One opened block of the configuration.
   *
   * @param workspace whose it is
   * @param type name of the channel type
   * @param endpoint name in the webhook's public address, or null
   */
  public record Opened(String workspace, String type, @Nullable String endpoint, Channel channel) {}

  private final List<Opened> all;
  private final Map<String, Opened> byEndpoint = new HashMap<>();
  private final Map<String, Opened> byAccount = new HashMap<>();

  public Accounts(List<Opened> opened) {
    this.all = List.copyOf(opened);
    for (Opened o : opened) {
      if (o.endpoint() != null) {
        byEndpoint.put(o.endpoint(), o);
      }
      for (Channel.Account account : o.channel().accounts()) {
        byAccount.put(key(o.workspace(), o.type(), account.id()), o);
      }
    }
  }

  public List<Opened> all() {
    return all;
  }

  public @Nullable Opened endpoint(String name) {
    return byEndpoint.get(name);
  }

  public @Nullable Opened account(String workspace, String type, String account) {
    return byAccount.get(key(workspace, type, account));
  }

  private static String key(String workspace, String type, String account) {
    return workspace + "\0" + type + "\0" + account;
  }

  /** A workspace's first account of a channel type, for addresses that never wrote to any. */
  public @Nullable String anyAccount(String workspace, String type) {
    List<String> ids = new ArrayList<>();
    all.stream()
        .filter(o -> o.workspace().equals(workspace) && o.type().equals(type))
        .forEach(o -> o.channel().accounts().forEach(a -> ids.add(a.id())));
    return ids.isEmpty() ? null : ids.getFirst();
  }
}
