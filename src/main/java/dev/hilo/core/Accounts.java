package dev.hilo.core;

import dev.hilo.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The channels that are open now, by endpoint and by account. They come and go while the node runs;
 * a channel that is gone is closed when nobody uses it any more. From any thread.
 */
public final class Accounts {
  /** One endpoint with its channel. */
  public static final class Opened {
    private final String workspace;
    private final String type;
    private final String endpoint;
    private final Channel channel;
    private final Health health = new Health();
    private int users;
    private boolean retired;

    /**
     * An open channel.
     *
     * @param workspace whose it is
     * @param type name of the channel type
     * @param endpoint its id, the last part of its webhook's address
     */
    public Opened(String workspace, String type, String endpoint, Channel channel) {
      this.workspace = workspace;
      this.type = type;
      this.endpoint = endpoint;
      this.channel = channel;
    }

    public String workspace() {
      return workspace;
    }

    public String type() {
      return type;
    }

    public String endpoint() {
      return endpoint;
    }

    public Channel channel() {
      return channel;
    }

    public Health health() {
      return health;
    }

    private synchronized boolean enter() {
      if (!retired) {
        users++;
      }
      return !retired;
    }

    /** Ends a use that {@link Accounts#use} began. */
    void leave() {
      boolean last;
      synchronized (this) {
        users--;
        last = retired && users == 0;
      }
      if (last) {
        channel.close();
      }
    }

    private void retire() {
      boolean idle;
      synchronized (this) {
        idle = !retired && users == 0;
        retired = true;
      }
      if (idle) {
        channel.close();
      }
    }
  }

  /** Told of each change, one after the other, when it holds already. */
  interface Listener {
    void opened(Opened opened);

    /** It is closed after this. */
    void gone(Opened opened);
  }

  private record Now(
      List<Opened> all, Map<String, Opened> byEndpoint, Map<String, Opened> byAccount) {
    static Now of(Collection<Opened> opened) {
      Map<String, Opened> byEndpoint = new HashMap<>();
      Map<String, Opened> byAccount = new HashMap<>();
      for (Opened o : opened) {
        byEndpoint.putIfAbsent(o.endpoint, o);
        for (Channel.Account account : o.channel.accounts()) {
          byAccount.putIfAbsent(key(o.workspace, o.type, account.id()), o);
        }
      }
      return new Now(List.copyOf(opened), byEndpoint, byAccount);
    }
  }

  private final List<Opened> outside;
  private final Map<String, List<Opened>> ofDesks = new LinkedHashMap<>();
  private final Set<String> awaited = ConcurrentHashMap.newKeySet();
  private final List<Listener> listeners = new ArrayList<>();
  private volatile Now now;
  private volatile boolean closed;

  /** {@code outside}: what is on no desk; whatever is there wins over it. */
  public Accounts(List<Opened> outside) {
    this.outside = List.copyOf(outside);
    this.now = Now.of(outside);
  }

  /** Nothing is said of a workspace's accounts until {@link #follow} says what they are. */
  void await(String workspace) {
    awaited.add(workspace);
    synchronized (this) {
      ofDesks.put(workspace, List.of());
    }
  }

  /** False while nobody knows which accounts a workspace has. */
  public boolean known(String workspace) {
    return !closed && !awaited.contains(workspace);
  }

  /** As {@link #known(String)}, of every workspace. */
  public boolean known() {
    return !closed && awaited.isEmpty();
  }

  /** From now on these are the channels of a workspace's desk; those that stay are untouched. */
  void follow(String workspace, List<Opened> opened) {
    List<Opened> gone;
    synchronized (this) {
      List<Opened> before = ofDesks.getOrDefault(workspace, List.of());
      gone = before.stream().filter(o -> !opened.contains(o)).toList();
      ofDesks.put(workspace, List.copyOf(opened));
      List<Opened> all = new ArrayList<>();
      ofDesks.values().forEach(all::addAll);
      all.addAll(outside);
      now = Now.of(all);
      awaited.remove(workspace);
      for (Listener listener : listeners) {
        gone.forEach(listener::gone);
        opened.stream().filter(o -> !before.contains(o)).forEach(listener::opened);
      }
    }
    gone.forEach(Opened::retire);
  }

  /** From now on {@code listener} is told; first of all that is open. */
  synchronized void listen(Listener listener) {
    listeners.add(listener);
    now.all.forEach(listener::opened);
  }

  public List<Opened> all() {
    return now.all;
  }

  public @Nullable Opened endpoint(String name) {
    return now.byEndpoint.get(name);
  }

  public @Nullable Opened account(String workspace, String type, String account) {
    return now.byAccount.get(key(workspace, type, account));
  }

  /** As {@link #account}; it stays open until {@link Opened#leave}. */
  @Nullable Opened use(String workspace, String type, String account) {
    while (true) {
      Opened opened = account(workspace, type, account);
      if (opened == null || opened.enter()) {
        return opened;
      }
      Thread.onSpinWait(); // it was replaced between the two
    }
  }

  private static String key(String workspace, String type, String account) {
    return workspace + "\0" + type + "\0" + account;
  }

  /** A workspace's first account of a channel type, for addresses that never wrote to any. */
  public @Nullable String anyAccount(String workspace, String type) {
    return now.all.stream()
        .filter(o -> o.workspace.equals(workspace) && o.type.equals(type))
        .flatMap(o -> o.channel.accounts().stream())
        .map(Channel.Account::id)
        .findFirst()
        .orElse(null);
  }

  /** Closes all channels. */
  public void close() {
    closed = true;
    List<Opened> all = now.all;
    now = Now.of(List.of());
    all.forEach(Opened::retire);
  }
}
