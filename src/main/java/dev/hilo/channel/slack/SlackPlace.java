package dev.hilo.channel.slack;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where and by whom something was said. Channels are rooms; a direct message is the person's own.
 * Ids of people and channels are unique within a team.
 */
record SlackPlace(
    String team, String channel, String user, @Nullable String name, @Nullable String thread) {
  private static final Pattern TS = Pattern.compile("(\\d{1,11})\\.(\\d{1,6})");

  /** {@code ids}: holds {@code user}, at least. */
  static SlackPlace of(
      String team, @Nullable String channel, Payload ids, String user, @Nullable String thread) {
    String shown = ids.at("user_profile").text("display_name");
    return new SlackPlace(
        team,
        channel == null ? "" : channel,
        user,
        shown != null && !shown.isEmpty() ? shown : ids.text("username"),
        thread);
  }

  boolean direct() {
    return channel.isEmpty() || channel.startsWith("D");
  }

  Inbound.Origin origin(String key, @Nullable String ts) {
    boolean direct = direct();
    return new Inbound.Origin(
        team,
        new Address(SlackChannelType.NAME, team, direct ? user : channel),
        List.of(),
        Strength.PLATFORM,
        name == null || name.isEmpty() ? Map.of() : Map.of("name", Payload.cut(name, 200)),
        direct ? null : new Event.Participant(user, name),
        direct ? null : new Inbound.Room(channel, "channel", null, thread),
        key,
        time(ts));
  }

  /** {@code seconds.micros}; a string, as the fraction tells messages apart. */
  private static @Nullable Instant time(@Nullable String ts) {
    var parts = TS.matcher(ts == null ? "" : ts);
    if (!parts.matches()) {
      return null;
    }
    long micros = Long.parseLong((parts.group(2) + "000000").substring(0, 6));
    return Instant.ofEpochSecond(Long.parseLong(parts.group(1)), micros * 1000);
  }
}
