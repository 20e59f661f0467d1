package dev.hilo.channel;

import dev.hilo.conversation.Content;
import org.jspecify.annotations.Nullable;

/** A customer's file that a platform names by an address or a handle. */
public final class InboundMedia {
  private static final int REF = 512;

  private InboundMedia() {}

  /**
   * A file of unknown size.
   *
   * @param kind null = by its type
   * @param ref null or over 512 characters gives a file that cannot be fetched, and says so
   */
  public static Content.Media of(
      Content.Media.@Nullable Kind kind,
      @Nullable String mime,
      @Nullable String name,
      @Nullable String caption,
      @Nullable String ref) {
    return of(kind, mime, -1, name, caption, ref);
  }

  /** As above; {@code size} in bytes, -1 = unknown. */
  public static Content.Media of(
      Content.Media.@Nullable Kind kind,
      @Nullable String mime,
      long size,
      @Nullable String name,
      @Nullable String caption,
      @Nullable String ref) {
    boolean fits = ref != null && !ref.isEmpty() && ref.length() <= REF;
    return new Content.Media(
        kind == null ? kind(mime) : kind,
        null,
        mime,
        size,
        name,
        caption,
        fits ? ref : null,
        fits ? null : "the platform gave no address of it");
  }

  /** What a file of this type is to people. */
  public static Content.Media.Kind kind(@Nullable String mime) {
    String family = mime == null ? "" : mime.replaceFirst("/.*", "");
    return switch (family) {
      case "image" -> Content.Media.Kind.IMAGE;
      case "video" -> Content.Media.Kind.VIDEO;
      case "audio" -> Content.Media.Kind.AUDIO;
      default -> Content.Media.Kind.FILE;
    };
  }
}
