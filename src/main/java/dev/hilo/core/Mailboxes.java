package dev.hilo.core;

import dev.hilo.channel.Source;
import dev.hilo.store.Ledger;
import dev.hilo.store.Tokens;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sources that people know by their place, whichever node runs them: how the store calls them,
 * and what may be wanted of them.
 */
public final class Mailboxes {
  private static final int LONGEST_KEY = 500;

  private final Accounts accounts;
  private final String first;

  /**
   * @param first the workspace whose sources are known to the store by their own name only
   */
  public Mailboxes(Accounts accounts, String first) {
    this.accounts = accounts;
    this.first = first;
  }

  /**
   * One of them.
   *
   * @param id for addresses of pages
   * @param source how the store calls it
   * @param name of its account, for people
   */
  public record Mailbox(String id, String source, String name, Source.Place place) {}

  /** Those of a workspace. */
  public List<Mailbox> of(String workspace) {
    List<Mailbox> all = new ArrayList<>();
    for (Accounts.Opened opened : accounts.all()) {
      if (opened.workspace().equals(workspace)) {
        for (Source source : opened.channel().sources()) {
          if (!source.place().kind().isEmpty()) {
            all.add(mailbox(opened, source));
          }
        }
      }
    }
    return all;
  }

  private Mailbox mailbox(Accounts.Opened opened, Source source) {
    String stored = name(opened, source);
    Source.Place place = source.place();
    String name =
        opened.channel().accounts().stream()
            .filter(a -> a.id().equals(place.account()))
            .map(a -> a.name())
            .findFirst()
            .orElse(place.account());
    return new Mailbox(id(stored), stored, name, place);
  }

  public @Nullable Mailbox find(String workspace, String id) {
    return of(workspace).stream().filter(m -> m.id().equals(id)).findFirst().orElse(null);
  }

  /** How the store calls a source. */
  String name(Accounts.Opened opened, Source source) {
    return opened.workspace().equals(first)
        ? source.name()
        : opened.workspace() + "/" + source.name();
  }

  /** Says nothing of an address, and fits into one. */
  static String id(String source) {
    return Tokens.hash(source).substring(0, 22);
  }

  /** As {@link Ledger#wish} keeps it. */
  public static String words(Source.Wish wish) {
    return switch (wish) {
      case Source.Wish.Since(Instant from) -> "since " + from;
      case Source.Wish.Again(String key) -> "again " + key;
    };
  }

  /** Null for what is none, or of another release. */
  static Source.@Nullable Wish wish(String words) {
    int space = words.indexOf(' ');
    String rest = words.substring(space + 1);
    try {
      return switch (words.substring(0, Math.max(0, space))) {
        case "since" -> new Source.Wish.Since(Instant.parse(rest));
        case "again" -> new Source.Wish.Again(rest);
        default -> null;
      };
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Whether this can be the key of an item. */
  public static boolean key(@Nullable String key) {
    return key != null
        && !key.isEmpty()
        && key.length() <= LONGEST_KEY
        && Objects.equals(key, key.replaceAll("\\p{Cntrl}", ""));
  }
}
