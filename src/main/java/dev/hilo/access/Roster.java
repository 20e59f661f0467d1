package dev.hilo.access;

import dev.hilo.conversation.Position;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a workspace and what they may do, as of now: it follows the desk. May be asked
 * from any thread.
 */
public final class Roster {
  private record Now(
      Desk desk, @Nullable Position at, Map<String, Rights> users, Map<String, Rights> keys) {}

  private final String workspace;
  private final List<Item> file;
  private volatile Now now;

  /** {@code file}: what the configuration says. Nobody may do anything until {@link #follow}. */
  public Roster(String workspace, List<Item> file) {
    this.workspace = workspace;
    this.file = List.copyOf(file);
    this.now = new Now(new Desk(List.of(), Map.of()), null, Map.of(), Map.of());
  }

  public String workspace() {
    return workspace;
  }

  /** The desk with these edits. */
  public Desk with(Map<String, Edit> edits) {
    return new Desk(file, edits);
  }

  /**
   * From now on {@code desk} holds, as it stood at this position, unless what is known is newer:
   * then nothing happens, and it gives false.
   */
  public synchronized boolean follow(Desk desk, Position at) {
    if (now.at != null && now.at.after(at)) {
      return false;
    }
    if (!at.equals(now.at)) {
      rewind(desk, at);
    }
    return true;
  }

  /** As {@link #follow}, of a history that lost what is known here. */
  public synchronized void rewind(Desk desk, Position at) {
    Map<String, Rights> users = new HashMap<>();
    desk.all(Item.User.class).forEach(u -> users.put(u.id(), Rights.of(desk, u)));
    Map<String, Rights> keys = new HashMap<>();
    desk.all(Item.ApiKey.class).forEach(k -> keys.put(k.id(), Rights.of(desk, k)));
    now = new Now(desk, at, Map.copyOf(users), Map.copyOf(keys));
  }

  /** False until the desk was read for the first time. */
  public boolean known() {
    return now.at != null;
  }

  public Desk desk() {
    return now.desk;
  }

  /** What customers read beside an answer, of a person or a program; also of those who left. */
  public @Nullable String name(String user) {
    Edit edit = now.desk.edit(Item.Kind.USER, user);
    if (edit == null) {
      edit = now.desk.edit(Item.Kind.APIKEY, user);
    }
    return switch (edit == null ? null : edit.item()) {
      case Item.User u -> u.name();
      case Item.ApiKey k -> k.name();
      case null, default -> null;
    };
  }

  /** Somebody who may act, or null. */
  public Item.@Nullable User user(String id) {
    Item.User user = now.desk.find(Item.User.class, id);
    return user == null || user.suspended() ? null : user;
  }

  /** Those who may be given work, by id. */
  public List<Item.User> users() {
    return now.desk.all(Item.User.class).stream().filter(u -> !u.suspended()).toList();
  }

  /** Of a customer's device: what it may do on its own thread. */
  public Rights rights(Principal who) {
    Now then = now;
    return switch (who) {
      case Principal.Agent a -> then.users.getOrDefault(a.id(), Rights.NONE);
      case Principal.Integration i -> {
        Item.ApiKey key = then.desk.find(Item.ApiKey.class, i.id());
        boolean over =
            key == null || key.expires() != null && key.expires() <= System.currentTimeMillis();
        yield over ? Rights.NONE : then.keys.getOrDefault(i.id(), Rights.NONE);
      }
      case Principal.Visitor _ -> Permissions.DEVICE;
    };
  }
}
