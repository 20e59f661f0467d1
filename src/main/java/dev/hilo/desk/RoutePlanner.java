package dev.hilo.desk;

import dev.hilo.conversation.Content;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.StreamState.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** On which of a customer's addresses something can be said now, on which it is said, and why. */
public final class RoutePlanner {
  private RoutePlanner() {}

  /**
   * What is to be said, as far as it decides where it fits.
   *
   * @param characters of its text
   * @param media the kind of file, or null
   * @param bytes of the file, -1 = unknown
   * @param template approved beforehand: allowed outside the window
   */
  public record Need(
      int characters, Content.Media.@Nullable Kind media, long bytes, boolean template) {
    /** Whatever anybody may want to say. */
    public static final Need ANY = new Need(0, null, 0, false);
  }

  /**
   * What the channel and the account of an address allow.
   *
   * @param trusted the platform takes our credentials
   * @param media kinds of files it takes, none larger than {@code mediaBytes}
   * @param window how long after the customer's last message it takes anything; null = always
   * @param paid a message costs something within the window
   * @param paidLater a message costs something outside of it
   */
  public record Terms(
      boolean trusted,
      int textLimit,
      Set<Content.Media.Kind> media,
      long mediaBytes,
      boolean templates,
      @Nullable Duration window,
      boolean paid,
      boolean paidLater) {}

  /** Why something cannot be said on an address. */
  public enum Obstacle {
    /** No account of its channel is configured. */
    NO_ACCOUNT,
    /** This customer asked not to be written to there. */
    OPT_OUT,
    /** Too long after the customer's last message; a template may be sent where there are some. */
    WINDOW_CLOSED,
    NO_TEMPLATES,
    TOO_LONG,
    NO_SUCH_MEDIA,
    MEDIA_TOO_LARGE,
    /** The platform does not let us in. */
    CREDENTIALS;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** True where somebody may know better, or have a reason that the customer would accept. */
    public boolean canBeOverridden() {
      return switch (this) {
        case OPT_OUT, WINDOW_CLOSED, CREDENTIALS -> true;
        case NO_ACCOUNT, NO_TEMPLATES, TOO_LONG, NO_SUCH_MEDIA, MEDIA_TOO_LARGE -> false;
      };
    }
  }

  /** Why an address was chosen. */
  public enum Reason {
    /** The customer wrote from there last. */
    LAST_USED,
    /** That one cannot be used; of those that can it costs least, then was used last. */
    NEXT_BEST;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One address.
   *
   * @param obstacle null if it can be used
   * @param openUntil when its window closes or closed, ms; null = it has none
   * @param paid whether this message would cost something
   */
  public record Way(
      Route route, @Nullable Obstacle obstacle, @Nullable Long openUntil, boolean paid) {
    public boolean open() {
      return obstacle == null;
    }
  }

  /**
   * All addresses, and the one that is taken unless somebody takes another.
   *
   * @param passedOver why it is not the one used last; null if it is
   */
  public record Plan(
      List<Way> ways,
      @Nullable Way chosen,
      @Nullable Reason reason,
      @Nullable Obstacle passedOver) {
    /** The way by an address, or null. */
    public @Nullable Way by(String via) {
      return ways.stream().filter(w -> w.route.via().equals(via)).findFirst().orElse(null);
    }
  }

  /**
   * Plans for one customer.
   *
   * @param terms of an address; null where no account serves it
   * @param now ms
   */
  public static Plan plan(
      StreamState state, Need need, Function<Route, @Nullable Terms> terms, long now) {
    List<Way> ways = new ArrayList<>();
    for (Route route : state.routes().values()) {
      ways.add(way(route, need, terms.apply(route), state.refuses(route.via()), now));
    }
    Route last = state.lastRoute();
    Way used = last == null ? null : of(ways, last);
    if (used != null && used.open()) {
      return new Plan(List.copyOf(ways), used, Reason.LAST_USED, null);
    }
    Way best =
        ways.stream()
            .filter(Way::open)
            .min(
                Comparator.comparing(Way::paid)
                    .thenComparingLong(w -> -w.route.lastAt())
                    .thenComparing(w -> w.route.via()))
            .orElse(null);
    return new Plan(
        List.copyOf(ways),
        best,
        best == null ? null : Reason.NEXT_BEST,
        used == null ? null : used.obstacle);
  }

  private static @Nullable Way of(List<Way> ways, Route route) {
    return ways.stream().filter(w -> w.route.via().equals(route.via())).findFirst().orElse(null);
  }

  private static Way way(Route route, Need need, @Nullable Terms terms, boolean refuses, long now) {
    if (terms == null) {
      return new Way(route, Obstacle.NO_ACCOUNT, null, false);
    }
    Long until = terms.window == null ? null : route.lastAt() + terms.window.toMillis();
    boolean inside = until == null || now < until;
    boolean paid = inside ? terms.paid : terms.paidLater;
    Obstacle obstacle = refuses ? Obstacle.OPT_OUT : obstacle(need, terms, inside);
    return new Way(route, obstacle, until, paid);
  }

  private static @Nullable Obstacle obstacle(Need need, Terms terms, boolean inside) {
    if (need.template && !terms.templates) {
      return Obstacle.NO_TEMPLATES;
    }
    if (!inside && !need.template) {
      return Obstacle.WINDOW_CLOSED;
    }
    if (need.characters > terms.textLimit || terms.textLimit == 0) {
      return Obstacle.TOO_LONG;
    }
    if (need.media != null && !terms.media.contains(need.media)) {
      return Obstacle.NO_SUCH_MEDIA;
    }
    if (need.media != null && need.bytes > terms.mediaBytes) {
      return Obstacle.MEDIA_TOO_LARGE;
    }
    return terms.trusted ? null : Obstacle.CREDENTIALS;
  }
}
