package dev.hilo.channel;

import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a channel can carry, read by the composer, the route planner and the keeper.
 *
 * @param textLimit the longest text in characters (UTF-16 units)
 * @param choices how many prepared answers it shows of its own; beyond them, or with 0, they are
 *     written as a numbered list
 * @param media the kinds of files it takes
 * @param mediaBytes the largest file
 * @param window how long after the customer's last message anything may be written; null = always
 * @param pace how fast one account may send, over all nodes; null = as fast as it goes
 */
public record Capabilities(
    int textLimit,
    int choices,
    Set<Content.Media.Kind> media,
    long mediaBytes,
    Set<Feature> features,
    @Nullable Duration window,
    Cost cost,
    @Nullable Pace pace) {

  public enum Feature {
    /** The platform tells what became of a message. */
    RECEIPTS,
    /** A message can name the one it answers. */
    REPLIES,
    REACTIONS,
    /** A message of ours can be changed after it was sent. */
    EDITS,
    /** A message of ours can be taken back after it was sent. */
    REMOVALS,
    /** Messages approved beforehand, allowed outside the window. */
    TEMPLATES,
    LOCATIONS,
    TYPING,
    /** The customer can be shown that we read. */
    READS,
    /** What a message answers is repeated below it. */
    QUOTES,
    /** Sending the same {@link Outbound} twice is harmless: the platform collapses it. */
    REPEATABLE
  }

  /** What a message costs the company, roughly. */
  public enum Cost {
    FREE,
    /** Free within the window, paid outside of it. */
    PAID_OUTSIDE_WINDOW,
    PAID
  }

  /** At most so many messages in each such time. */
  public record Pace(int messages, Duration each) {}

  /** Text only, free, at any time; the methods below add to it. */
  public static Capabilities text(int limit) {
    return new Capabilities(limit, 0, Set.of(), 0, Set.of(), null, Cost.FREE, null);
  }

  public Capabilities choices(int most) {
    return new Capabilities(textLimit, most, media, mediaBytes, features, window, cost, pace);
  }

  public Capabilities media(long bytes, Content.Media.Kind... kinds) {
    return new Capabilities(textLimit, choices, Set.of(kinds), bytes, features, window, cost, pace);
  }

  /** As {@link #media(long, Content.Media.Kind...)} with every kind there is. */
  public Capabilities anyMedia(long bytes) {
    return media(bytes, Content.Media.Kind.values());
  }

  /** As {@link #media(long, Content.Media.Kind...)} with every kind but stickers. */
  public Capabilities files(long bytes) {
    return media(
        bytes,
        Content.Media.Kind.IMAGE,
        Content.Media.Kind.VIDEO,
        Content.Media.Kind.AUDIO,
        Content.Media.Kind.VOICE,
        Content.Media.Kind.FILE);
  }

  public Capabilities with(Feature... further) {
    Set<Feature> all = EnumSet.noneOf(Feature.class);
    all.addAll(features);
    all.addAll(Set.of(further));
    return new Capabilities(
        textLimit, choices, media, mediaBytes, Set.copyOf(all), window, cost, pace);
  }

  public Capabilities within(Duration time) {
    return new Capabilities(textLimit, choices, media, mediaBytes, features, time, cost, pace);
  }

  public Capabilities costs(Cost what) {
    return new Capabilities(textLimit, choices, media, mediaBytes, features, window, what, pace);
  }

  public Capabilities paced(int messages, Duration each) {
    return new Capabilities(
        textLimit, choices, media, mediaBytes, features, window, cost, new Pace(messages, each));
  }

  public boolean can(Feature feature) {
    return features.contains(feature);
  }
}
