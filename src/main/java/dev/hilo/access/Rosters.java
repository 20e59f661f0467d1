package dev.hilo.access;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The workspaces of an installation. The first is the one that need not be named. */
public final class Rosters {
  private final Map<String, Roster> all = new LinkedHashMap<>();
  private final Roster first;

  public Rosters(List<Roster> all) {
    all.forEach(roster -> this.all.put(roster.workspace(), roster));
    this.first = all.getFirst();
  }

  /** One that nobody belongs to, if there is no such workspace. */
  public Roster of(String workspace) {
    return Objects.requireNonNullElseGet(
        all.get(workspace), () -> new Roster(workspace, List.of()));
  }

  public boolean has(String workspace) {
    return all.containsKey(workspace);
  }

  public Roster first() {
    return first;
  }

  public Collection<Roster> all() {
    return all.values();
  }

  public Rights rights(Principal who) {
    return of(who.workspace()).rights(who);
  }
}
