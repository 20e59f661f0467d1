package dev.hilo.channel.meta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the two inboxes of Meta differ. Limits as of 2026-11; rates are from memory. */
public enum Inbox {
  MESSENGER("messenger", 2000),
  INSTAGRAM("instagram", 1000);

  private final String type;
  private final int longest;

  Inbox(String type, int longest) {
    this.type = type;
    this.longest = longest;
  }

  /** The name of the channel type. */
  String type() {
    return type;
  }

  Capabilities capabilities(boolean humanAgent) {
    var all =
        Capabilities.text(longest)
            .choices(DirectMessage.QUICK_REPLIES)
            .files(DirectMessage.FILE)
            .with(Feature.RECEIPTS, Feature.REPLIES, Feature.TYPING, Feature.READS)
            .within(humanAgent ? Duration.ofDays(7) : Duration.ofHours(24));
    return switch (this) {
      case MESSENGER -> all.paced(300, Duration.ofSeconds(1));
      case INSTAGRAM -> all.with(Feature.REACTIONS).paced(100, Duration.ofSeconds(1));
    };
  }

  Capabilities comments() {
    return Capabilities.text(longest).with(Feature.REPLIES);
  }

  /** Messenger counts characters, Instagram bytes. Null if {@code text} can be sent. */
  DirectMessage.@Nullable Refused tooLong(String text) {
    int length = this == MESSENGER ? text.length() : text.getBytes(UTF_8).length;
    String unit = this == MESSENGER ? " characters" : " bytes";
    if (text.isBlank()) {
      return new DirectMessage.Refused("empty", "a text is empty");
    }
    return length <= longest
        ? null
        : new DirectMessage.Refused(
            "too-long", "a text may have " + longest + unit + ", not " + length);
  }

  /** An Instagram account's token may be its own or its page's; either knows who {@code me} is. */
  String messages(String account) {
    return (this == MESSENGER ? PlatformCall.encoded(account) : "me") + "/messages";
  }

  String publicReplies(String comment) {
    return PlatformCall.encoded(comment) + (this == MESSENGER ? "/comments" : "/replies");
  }

  /** A page is named by the item itself, an Instagram account by the entry (but in samples). */
  String account(Payload entry, Payload business) {
    String id = business.id("id");
    String whole = entry.id("id");
    boolean item = this == MESSENGER || whole == null || whole.equals("0");
    return item && id != null ? id : entry.required("id");
  }
}
