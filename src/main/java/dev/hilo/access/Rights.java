package dev.hilo.access;

import dev.hilo.access.Permissions.Act;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Item;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may do, and where. Immutable.
 *
 * @param roles as people know them
 * @param inboxes {@code channel:account}: only customers who came by one of these; null = all
 */
public record Rights(List<String> roles, Set<Act> acts, @Nullable Set<String> inboxes) {
  public static final Rights NONE = new Rights(List.of(), Set.of(), Set.of());

  /** Nobody who is suspended has any. */
  static Rights of(Desk desk, Item.User user) {
    return user.suspended()
        ? NONE
        : new Rights(
            List.copyOf(user.roles()),
            Permissions.acts(desk, user.roles()),
            inboxes(desk, user.teams()));
  }

  static Rights of(Desk desk, Item.ApiKey key) {
    Set<Act> acts = EnumSet.noneOf(Act.class);
    acts.addAll(Permissions.acts(desk, List.of(key.role())));
    if (!key.acts().isEmpty()) {
      acts.removeIf(act -> !key.acts().contains(act.word()));
    }
    return new Rights(
        List.of(key.role()), Collections.unmodifiableSet(acts), inboxes(desk, key.teams()));
  }

  /** Whoever is bound to teams that are gone sees nothing, rather than everything. */
  private static @Nullable Set<String> inboxes(Desk desk, Collection<String> teams) {
    if (teams.isEmpty()) {
      return null;
    }
    Set<String> inboxes = new LinkedHashSet<>();
    for (String id : teams) {
      Item.Team team = desk.find(Item.Team.class, id);
      if (team != null && team.inboxes().isEmpty()) {
        return null;
      }
      if (team != null) {
        inboxes.addAll(team.inboxes());
      }
    }
    return Collections.unmodifiableSet(inboxes);
  }

  /** Whether customers who came by these inboxes are within reach. */
  public boolean reach(Collection<String> came) {
    return inboxes == null || came.stream().anyMatch(inboxes::contains);
  }
}
