package dev.hilo.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which homes of one thread are proved to be the same person. A device sees its own home and those
 * joined to it by verified evidence, nothing else. Immutable; groups are disjoint sets of two or
 * more homes.
 */
public record Scopes(List<Set<String>> groups) {
  public static final Scopes NONE = new Scopes(List.of());

  /** The homes that a device of {@code home} may see, itself included. */
  public Set<String> of(String home) {
    for (Set<String> group : groups) {
      if (group.contains(home)) {
        return group;
      }
    }
    return Set.of(home);
  }

  /** These scopes, with the two homes proved to be one person. */
  public Scopes joined(String a, String b) {
    Set<String> of = of(a);
    if (of.contains(b)) {
      return this;
    }
    TreeSet<String> both = new TreeSet<>(of);
    both.addAll(of(b));
    List<Set<String>> next =
        new ArrayList<>(groups.stream().filter(g -> !g.contains(a) && !g.contains(b)).toList());
    next.add(both);
    return new Scopes(List.copyOf(next));
  }

  /** These scopes after {@code event}; the same object where it says nothing about identity. */
  public Scopes after(Event event) {
    if (event instanceof Event.IdentityObserved(var homes, _, var strength, _)) {
      return proved(homes, strength);
    }
    if (event instanceof Event.CustomersMerged m) {
      Scopes all = proved(m.homes(), m.strength());
      for (List<String> group : m.proved()) {
        for (String home : group) {
          all = all.joined(group.getFirst(), home);
        }
      }
      return all;
    }
    return this;
  }

  private Scopes proved(List<String> homes, Strength strength) {
    return strength.verified() && homes.size() == 2 ? joined(homes.get(0), homes.get(1)) : this;
  }
}
