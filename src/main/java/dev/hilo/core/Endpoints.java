package dev.hilo.core;

import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.channel.Ports;
import dev.hilo.codec.Json;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Fault;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Parts;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Troubles;
import dev.hilo.store.Vault;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the open channels of a node at what the desks say: one that is changed is opened anew, the
 * others are not touched. One that cannot be opened harms no other; it is tried again now and then.
 * What the configuration file says of an endpoint holds until somebody edits it. From any thread.
 */
public final class Endpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
  private static final long STORE_MS = 300;
  private static final long AGAIN_MS = 5000;
  private static final long TELL_MS = 2000;

  /**
   * One endpoint of a desk.
   *
   * @param opened null if it is off or cannot be opened
   * @param health of one that is not open
   */
  private record Standing(
      Edit edit, Accounts.@Nullable Opened opened, Health.Now health, boolean again) {
    boolean serves(Edit now) {
      return !again
          && edit.item() instanceof Item.Endpoint is
          && now.item() instanceof Item.Endpoint wanted
          && is.type().equals(wanted.type())
          && is.on() == wanted.on()
          && is.settings().equals(wanted.settings())
          && Objects.equals(is.vault(), wanted.vault())
          && edit.rev().equals(Desk.FILE) == now.rev().equals(Desk.FILE);
    }
  }

  private final ChannelTypes types;
  private final Function<String, Ports> ports;
  private final Rosters rosters;
  private final Vault vault;
  private final Accounts accounts;
  private final Map<String, Map<String, ConfigNode>> file;
  private final Map<String, Map<String, Standing>> standing = new ConcurrentHashMap<>();
  private final BlockingQueue<String> changed = new LinkedBlockingQueue<>();
  private final Thread worker = Thread.ofVirtual().name("endpoints").unstarted(this::work);
  private final Thread teller = Thread.ofVirtual().name("troubles").unstarted(this::tell);
  private final Troubles troubles;

  /**
   * @param ports by workspace
   * @param vault asked on threads that may wait
   * @param troubles where this node says what is wrong, on threads that may wait
   * @param file the settings in the configuration file, by workspace and endpoint
   */
  public Endpoints(
      ChannelTypes types,
      Function<String, Ports> ports,
      Rosters rosters,
      Vault vault,
      Accounts accounts,
      Troubles troubles,
      Map<String, Map<String, ConfigNode>> file) {
    this.types = types;
    this.ports = ports;
    this.rosters = rosters;
    this.vault = vault;
    this.accounts = accounts;
    this.troubles = troubles;
    this.file = Map.copyOf(file);
    for (Roster roster : rosters.all()) {
      accounts.await(roster.workspace());
    }
    worker.start();
    teller.start();
  }

  /** A desk is another now, or was read for the first time. */
  public void changed(String workspace) {
    changed.add(workspace);
  }

  /** How an endpoint fares on this node. */
  public Health.Now health(String workspace, String id) {
    Standing is = standing.getOrDefault(workspace, Map.of()).get(id);
    if (is == null) {
      return Health.Now.closed(false, System.currentTimeMillis(), "not opened yet");
    }
    return is.opened == null ? is.health : is.opened.health().now();
  }

  /** The accounts it serves; empty if it is not open. */
  public List<Channel.Account> accounts(String workspace, String id) {
    Standing is = standing.getOrDefault(workspace, Map.of()).get(id);
    return is == null || is.opened == null ? List.of() : is.opened.channel().accounts();
  }

  /** What the configuration file says of an endpoint, or null. */
  @Nullable ConfigNode inFile(String workspace, String id) {
    return file.getOrDefault(workspace, Map.of()).get(id);
  }

  private void work() {
    try {
      while (true) {
        String workspace = changed.take();
        changed.removeIf(workspace::equals);
        try {
          follow(workspace);
        } catch (StoreUnavailable e) {
          LOG.debug("endpoints wait for the store");
          later(workspace, STORE_MS);
        } catch (RuntimeException e) {
          LOG.error("the endpoints of {} are not followed", workspace, e);
          later(workspace, AGAIN_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says now and then what is wrong here, for the other nodes. */
  private void tell() {
    Set<String> told = new HashSet<>();
    try {
      while (true) {
        Thread.sleep(TELL_MS);
        for (Roster roster : rosters.all()) {
          String workspace = roster.workspace();
          for (String id : standing.getOrDefault(workspace, Map.of()).keySet()) {
            tell(workspace, id, told);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String workspace, String id, Set<String> told) {
    Health.Now now = health(workspace, id);
    String name = workspace + " " + id;
    try {
      if (now.why() != null && !now.ok()) {
        Troubles.Trouble trouble = new Troubles.Trouble(now.since(), now.why());
        troubles.say(workspace, id, trouble, System.currentTimeMillis()).await();
        told.add(name);
      } else if (told.contains(name)) {
        troubles.over(workspace, id).await();
        told.remove(name);
      }
    } catch (StoreUnavailable _) {
      // said the next time
    }
  }

  private void later(String workspace, long millis) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                Thread.sleep(millis);
                changed(workspace);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void follow(String workspace) {
    Roster roster = rosters.of(workspace);
    if (!roster.known()) {
      return;
    }
    Map<String, Standing> before = standing.getOrDefault(workspace, Map.of());
    Map<String, Standing> now = new LinkedHashMap<>();
    boolean again = false;
    for (Edit edit : roster.desk().all()) {
      if (edit.item() instanceof Item.Endpoint endpoint) {
        Standing is = before.get(endpoint.id());
        Standing stands =
            is != null && is.serves(edit)
                ? new Standing(edit, is.opened, is.health, false)
                : open(workspace, endpoint, edit, is);
        again |= stands.again;
        now.put(endpoint.id(), stands);
      }
    }
    standing.put(workspace, now);
    List<Accounts.Opened> opened = new ArrayList<>();
    for (Standing each : now.values()) {
      if (each.opened != null) {
        opened.add(each.opened);
      }
    }
    accounts.follow(workspace, opened);
    if (again) {
      later(workspace, AGAIN_MS);
    }
  }

  private Standing open(
      String workspace, Item.Endpoint endpoint, Edit edit, @Nullable Standing before) {
    long now = System.currentTimeMillis();
    if (!endpoint.on()) {
      return new Standing(edit, null, Health.Now.closed(true, now, "turned off"), false);
    }
    String why;
    boolean again = false;
    try {
      ChannelTypes.Kind kind = types.find(endpoint.type());
      if (kind == null) {
        why = "there is no channel of the type " + endpoint.type();
      } else if (taken(workspace, endpoint.id())) {
        why = "the id is taken";
        again = true;
      } else {
        ConfigNode settings = settings(workspace, endpoint, edit.rev().equals(Desk.FILE));
        Channel channel = kind.open(settings, ports.apply(workspace));
        return new Standing(
            edit,
            new Accounts.Opened(workspace, endpoint.type(), endpoint.id(), channel),
            Health.Now.closed(true, now, null),
            false);
      }
    } catch (InvalidConfig e) {
      why = e.faults().stream().map(Fault::toString).collect(Collectors.joining("; "));
    } catch (Vault.Unreadable e) {
      why =
          "its secrets were sealed with another installation key, or changed since: set them anew";
    } catch (Missing e) {
      why = "its secrets are not there: set them anew";
      again = true; // the store may only be late
    } catch (StoreUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("endpoint {} of {} cannot be opened", endpoint.id(), workspace, e);
      why = "it cannot be opened; the log of this node says more";
      again = true;
    }
    boolean told = before != null && why.equals(before.health.why());
    if (!told) {
      LOG.warn("endpoint {} of {} is not open: {}", endpoint.id(), workspace, why);
    }
    long since = told && before != null ? before.health.since() : now;
    return new Standing(edit, null, Health.Now.closed(false, since, why), again);
  }

  /** Whether a workspace before this one has an endpoint of the same id. */
  private boolean taken(String workspace, String id) {
    for (Roster roster : rosters.all()) {
      if (roster.workspace().equals(workspace)) {
        return false;
      }
      if (roster.desk().find(Item.Endpoint.class, id) != null) {
        return true;
      }
    }
    return false;
  }

  private static final class Missing extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private ConfigNode settings(String workspace, Item.Endpoint endpoint, boolean ofFile) {
    ConfigNode written = ofFile ? inFile(workspace, endpoint.id()) : null;
    return written != null
        ? written
        : ConfigNode.of(
            new Parts(endpoint.settings(), opened(vault, workspace, endpoint.vault())).whole());
  }

  private static Map<String, String> opened(Vault vault, String workspace, @Nullable String name) {
    if (name == null) {
      return Map.of();
    }
    Vault.Kept kept = vault.find(workspace, name).await();
    if (kept == null) {
      throw new Missing();
    }
    return secrets(kept.text());
  }

  /** What lies in the vault, as {@link #sealed} wrote it. */
  static Map<String, String> secrets(String text) {
    Map<String, String> secrets = new HashMap<>();
    try {
      Json.parse(text.getBytes(StandardCharsets.UTF_8))
          .fields()
          .forEachRemaining(f -> secrets.put(f.getKey(), f.getValue().asText()));
    } catch (Json.BadJson e) {
      throw new IllegalStateException("the vault holds no secrets here", e);
    }
    return secrets;
  }

  static String sealed(Map<String, String> secrets) {
    return Json.text(secrets);
  }

  @Override
  public void close() {
    worker.interrupt();
    teller.interrupt();
  }
}
