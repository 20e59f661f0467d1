package dev.hilo.core;

import dev.hilo.access.Permissions;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.Streams;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes what workspaces keep: decisions in the stream {@code <w>.~desk}, taken on all
 * that stands there. For one event loop. Who may change what is asked before.
 */
public final class Desks {
  private static final int PAGE = 200;

  private final Rosters rosters;
  private final Roots roots;
  private final Streams streams;

  public Desks(Rosters rosters, Roots roots, Streams streams) {
    this.rosters = rosters;
    this.roots = roots;
    this.streams = streams;
  }

  /** A desk, and the newest entry it is made of. */
  record Loaded(Desk desk, Position at) {}

  /** The desk as it stands in the store. */
  Future<Loaded> load(String workspace) {
    Roster roster = rosters.of(workspace);
    return roots
        .root(CustomerId.desk(workspace))
        .map(state -> new Loaded(roster.with(Map.copyOf(state.edits())), state.last()));
  }

  /** What must hold of an item that is changed, beside being sound. */
  public interface Change {
    /** What to write; null = leave it as it is. May throw {@link Problem}. */
    @Nullable Item of(Desk desk, @Nullable Edit before);
  }

  /**
   * Puts an item in place of the one with its kind and id.
   *
   * @param rev that the item must have now; null = whatever; empty = there must be none
   */
  public Future<Edit> put(Principal who, Item item, @Nullable String rev) {
    return put(who, item, rev, (_, _) -> item);
  }

  /** As {@link #put(Principal, Item, String)}, where {@code change} may refuse. */
  Future<Edit> put(Principal who, Item item, @Nullable String rev, Change change) {
    return change(
        who,
        item.kind(),
        item.id(),
        (desk, before) -> {
          matches(before, rev);
          return change.of(desk, before);
        });
  }

  /** Changes an item, on what stands at that moment. */
  public Future<Edit> change(Principal who, Item.Kind kind, String id, Change change) {
    return write(
            who,
            kind,
            id,
            desk -> {
              Edit before = desk.edit(kind, id);
              Item item = change.of(desk, before);
              if (item == null || before != null && !before.gone() && before.item().equals(item)) {
                return null;
              }
              Item sound = sound(desk, item);
              whole(desk, sound, false);
              return new Event.ItemPut(sound);
            })
        .map(
            desk -> {
              Edit now = desk.edit(kind, id);
              if (now == null) {
                throw new Problem(Problem.Code.UNKNOWN_TOPIC, "there is no such " + kind.word());
              }
              return now;
            });
  }

  /** Takes an item away; it is no fault if there is none. {@code rev}: as for {@link #put}. */
  public Future<Void> remove(Principal who, Item.Kind kind, String id, @Nullable String rev) {
    return write(
            who,
            kind,
            id,
            desk -> {
              Edit before = desk.edit(kind, id);
              matches(before, rev);
              if (before == null || before.gone()) {
                return null;
              }
              whole(desk, before.item(), true);
              return new Event.ItemRemoved(before.item());
            })
        .mapEmpty();
  }

  private Future<Desk> write(
      Principal who, Item.Kind kind, String id, Function<Desk, @Nullable Event> decide) {
    CustomerId stream = CustomerId.desk(who.workspace());
    Roster roster = rosters.of(who.workspace());
    String src = Roots.src("desk", who.author().toString(), kind.word(), id, Ulid.next());
    Drafts drafts = Drafts.now(who.author(), src);
    return roots
        .root(stream)
        .compose(
            _ ->
                roots.decide(
                    stream,
                    src,
                    false,
                    state -> {
                      Event event = decide.apply(roster.with(state.edits()));
                      if (event != null && Fitting.tooLarge(event)) {
                        throw new Problem(Problem.Code.TOO_LARGE, "an item may have at most 14 kB");
                      }
                      return event == null ? List.of() : List.of(drafts.of(state, event));
                    }))
        .compose(_ -> load(who.workspace()))
        .map(
            now -> {
              roster.follow(now.desk, now.at); // whoever wrote finds it so on this node
              return now.desk;
            });
  }

  /** Fails unless an item stands at {@code rev}; null and empty: as for {@link #put}. */
  public static void matches(@Nullable Edit before, @Nullable String rev) {
    boolean there = before != null && !before.gone();
    if (rev != null && !rev.equals(there && before != null ? before.rev() : "")) {
      throw new Problem(
          Problem.Code.CHANGED_MEANWHILE,
          there ? "somebody changed this meanwhile" : "this is not there any more");
    }
  }

  private static Item sound(Desk desk, Item item) {
    String fault = item.fault();
    if (fault == null) {
      fault =
          switch (item) {
            case Item.User u -> faults(desk, u);
            case Item.Role r ->
                Permissions.ROLES.containsKey(r.id())
                    ? "id " + r.id() + " is a role that every workspace has"
                    : acts(r.acts());
            case Item.ApiKey k -> {
              String missing = missing(desk, Item.Team.class, k.teams());
              yield missing != null ? missing : acts(k.acts());
            }
            case Item.Canned c ->
                desk.all(Item.Canned.class).stream()
                        .anyMatch(
                            o ->
                                !o.id().equals(c.id())
                                    && o.shortcut().equalsIgnoreCase(c.shortcut()))
                    ? "shortcut " + c.shortcut() + " is taken"
                    : null;
            case Item.Inbox i ->
                i.hours() != null && desk.find(Item.Hours.class, i.hours()) == null
                    ? "hours: there are none of the id " + i.hours()
                    : null;
            case Item.Rule r ->
                r.assignee() != null && desk.find(Item.User.class, r.assignee()) == null
                    ? "assignee: there is no user " + r.assignee()
                    : null;
            case Item.Team _,
                Item.Label _,
                Item.Hours _,
                Item.View _,
                Item.Endpoint _,
                Item.Policy _ ->
                null;
          };
    }
    if (fault != null) {
      throw new Problem(Problem.Code.BAD_REQUEST, fault);
    }
    return item;
  }

  private static @Nullable String faults(Desk desk, Item.User user) {
    for (String role : user.roles()) {
      if (!Permissions.ROLES.containsKey(role) && desk.find(Item.Role.class, role) == null) {
        return "roles: there is no role " + role;
      }
    }
    String email = user.email();
    if (email != null
        && desk.all(Item.User.class).stream()
            .anyMatch(o -> !o.id().equals(user.id()) && o.is(email))) {
      return "email belongs to somebody else";
    }
    return missing(desk, Item.Team.class, user.teams());
  }

  private static <T extends Item> @Nullable String missing(
      Desk desk, Class<T> type, List<String> ids) {
    for (String id : ids) {
      if (desk.find(type, id) == null) {
        return "teams: there is no team " + id;
      }
    }
    return null;
  }

  private static @Nullable String acts(List<String> words) {
    for (String word : words) {
      if (Permissions.Act.of(word) == null) {
        return "acts: there is no act " + word;
      }
    }
    return null;
  }

  /** Somebody must be left who can let others in. */
  private static void whole(Desk desk, Item item, boolean gone) {
    if (item instanceof Item.User changed) {
      boolean before = desk.all(Item.User.class).stream().anyMatch(Item.User::administers);
      boolean after =
          !gone && changed.administers()
              || desk.all(Item.User.class).stream()
                  .anyMatch(u -> !u.id().equals(changed.id()) && u.administers());
      if (before && !after) {
        throw new Problem(
            Problem.Code.LAST_ADMINISTRATOR, "a workspace needs at least one administrator");
      }
    }
  }

  /** What somebody did to an item. */
  public record Done(Header header, Edit edit) {}

  /** What was done to one item, newest first; at most {@value #PAGE} times. */
  public Future<List<Done>> history(String workspace, Item.Kind kind, String id) {
    return history(CustomerId.desk(workspace), Desk.key(kind, id), null, new ArrayList<>());
  }

  private Future<List<Done>> history(
      CustomerId stream, String key, @Nullable Position before, List<Done> found) {
    return streams
        .before(stream, before, PAGE)
        .compose(
            page -> {
              for (Entry entry : page) {
                Edit edit = edit(entry);
                if (edit != null && Desk.key(edit.item().kind(), edit.item().id()).equals(key)) {
                  found.add(new Done(entry.header(), edit));
                }
              }
              return page.size() < PAGE || found.size() >= PAGE
                  ? Future.succeededFuture(found)
                  : history(stream, key, page.getLast().position(), found);
            });
  }

  private static @Nullable Edit edit(Entry entry) {
    String rev = entry.position().toString();
    return switch (entry.event()) {
      case Event.ItemPut put -> new Edit(put.item(), false, rev);
      case Event.ItemRemoved removed -> new Edit(removed.item(), true, rev);
      default -> null;
    };
  }
}
