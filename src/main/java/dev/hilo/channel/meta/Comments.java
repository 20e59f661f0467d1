package dev.hilo.channel.meta;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads public comments under an account's posts. Their address is the author, or where Meta does
 * not name one the comment itself; what the account writes goes to the author of the comment above.
 */
final class Comments {
  /** How long after a comment it may be answered privately. */
  private static final Duration PRIVATE = Duration.ofDays(7);

  private static final String SCOPE = "comments:";

  private final Inbox inbox;
  private final Payload entry;
  private final String account;

  Comments(Inbox inbox, Payload entry) {
    this.inbox = inbox;
    this.entry = entry;
    this.account = entry.required("id");
  }

  static boolean isOne(Address address) {
    return address.scope().startsWith(SCOPE);
  }

  /** {@code field}: {@code feed} of a page, {@code comments} or {@code live_comments}. */
  List<? extends Inbound> of(String field, Payload value) {
    boolean page = field.equals("feed");
    if (page && !"comment".equals(value.text("item"))) {
      return List.of();
    }
    String id = value.required(page ? "comment_id" : "id");
    String verb = page ? value.required("verb") : "add";
    Instant created = verb.equals("add") ? DirectEvents.time(value, "created_time") : null;
    Instant at = created == null ? DirectEvents.time(entry, "time") : created;
    String key = id + "|" + verb;
    String again = key + "|" + entry.text("time");
    return List.of(
        switch (verb) {
          case "add" -> added(origin(page, value, id, key, at), value, id, field, at);
          case "edited" -> new Inbound.Edit(origin(page, value, id, again, at), id, content(value));
          case "remove" -> new Inbound.Removal(origin(page, value, id, key, at), id);
          default ->
              new Inbound.Notice(
                  origin(page, value, id, again, at),
                  "system",
                  new Facts().put("name", "comment-" + past(verb)).put("target", id).map());
        });
  }

  private static String past(String verb) {
    return switch (verb) {
      case "hide" -> "hidden";
      case "unhide" -> "unhidden";
      default -> verb;
    };
  }

  private Inbound added(
      Inbound.Origin origin, Payload value, String id, String field, @Nullable Instant at) {
    boolean live = field.equals("live_comments");
    boolean echo = echo(value);
    Payload media = value.at("media");
    var details =
        new Facts()
            .put("visibility", "public")
            .put("live", live ? "true" : null)
            .put("from", echo ? account : null)
            .put("about.url", value.at("post").id("permalink_url"))
            .put("referral.sourceId", media.text("ad_id"))
            .put("referral.headline", media.text("ad_title"))
            .put("media.expires", value.has("photo") || value.has("video") ? "true" : null);
    Content content = content(value);
    Content.Media file = file(value);
    return new Inbound.Message(
        origin,
        id,
        echo,
        false,
        content,
        content instanceof Content.Media || file == null ? List.of() : List.of(file),
        parent(value),
        details.map(),
        new Facts()
            .put("comment_id", id)
            .put("private_until", live || at == null ? null : at.plus(PRIVATE).toString())
            .map());
  }

  private boolean echo(Payload value) {
    return account.equals(value.at("from").id("id"));
  }

  private static Content content(Payload value) {
    String words = value.has("message") ? value.text("message") : value.text("text");
    String text = requireNonNullElse(words, "");
    Content.Media file = file(value);
    return !text.isEmpty()
        ? new Content.Text(text)
        : file != null ? file : new Content.Unsupported("comment", value.raw());
  }

  private static Content.@Nullable Media file(Payload value) {
    String photo = value.text("photo");
    String link = photo == null ? value.text("video") : photo;
    var kind = photo == null ? Content.Media.Kind.VIDEO : Content.Media.Kind.IMAGE;
    return link == null || link.length() > DirectContent.LINK
        ? null
        : new Content.Media(kind, null, null, -1, null, null, link, null);
  }

  /** The comment it answers; null for one to the post itself. */
  private static @Nullable String parent(Payload value) {
    String parent = value.id("parent_id");
    return parent == null || parent.equals(value.id("post_id")) ? null : parent;
  }

  private Inbound.Origin origin(
      boolean page, Payload value, String id, String key, @Nullable Instant at) {
    Payload from = value.at("from");
    String author = from.id("id");
    var aliases = new ArrayList<Address>();
    Address address = address("comment:" + id);
    if (echo(value)) {
      String above = parent(value);
      if (above == null) {
        throw new IllegalArgumentException("the person");
      }
      address = address("comment:" + above);
    } else if (author != null) {
      aliases.add(address);
      address = address(author);
      if (inbox == Inbox.INSTAGRAM) {
        aliases.add(new Address(inbox.type(), account, author)); // the same id in both places
      }
    }
    String post = page ? value.id("post_id") : value.at("media").id("id");
    return new Inbound.Origin(
        account,
        address,
        List.copyOf(aliases),
        Strength.PLATFORM,
        echo(value)
            ? Map.of()
            : new Facts()
                .put("name", from.text("name"))
                .put("username", from.text("username"))
                .map(),
        null,
        post == null ? null : new Inbound.Room(post, "comment", null, null),
        key,
        at);
  }

  private Address address(String id) {
    return new Address(inbox.type(), SCOPE + account, Payload.cut(id, 512));
  }
}
