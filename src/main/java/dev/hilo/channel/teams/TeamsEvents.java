package dev.hilo.channel.teams;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one activity says. Edits and deletions bear the id of their message. A thread of a channel
 * is a room of its own.
 */
final class TeamsEvents {
  private static final String FILE = "application/vnd.microsoft.teams.file.download.info";

  /** Links to files carry their own permission and are long. */
  private static final int LINK = 2000;

  private final TeamsSettings settings;
  private final Payload activity;
  private final String type;
  private final String conversation;
  private final boolean personal;

  TeamsEvents(TeamsSettings settings, Payload activity) {
    this.settings = settings;
    this.activity = activity;
    type = activity.required("type");
    Payload where = activity.at("conversation");
    conversation = where.required("id");
    String kind = where.text("conversationType");
    personal = kind == null ? !where.flag("isGroup") : kind.equals("personal");
  }

  List<Inbound> all() {
    Payload from = activity.at("from");
    if (settings.bot().equals(from.id("id")) && !type.equals("conversationUpdate")) {
      return List.of();
    }
    return switch (type) {
      case "message" -> List.of(message(content()));
      case "messageUpdate" -> List.of(edit());
      case "messageDelete" -> List.of(new Inbound.Removal(again(""), activity.required("id")));
      case "messageReaction" -> reactions();
      case "typing" -> List.of(new Inbound.Typing(once(""), true));
      case "event" -> List.of(event());
      case "conversationUpdate" -> members();
      case "installationUpdate" -> List.of(installed());
      case "invoke" -> List.of(message(invoked()));
      default -> List.of(message(new Content.Unsupported(type, activity.raw())));
    };
  }

  private Inbound message(Content first) {
    var files = new ArrayList<Content.Media>();
    boolean card = first instanceof Content.Choice || first instanceof Content.Unsupported;
    if (!card) {
      files.addAll(files());
    }
    boolean bare = first instanceof Content.Text(var text) && text.isEmpty();
    Content content =
        !bare
            ? first
            : !files.isEmpty()
                ? files.removeFirst()
                : new Content.Unsupported(attached(), activity.raw());
    String id = activity.required("id");
    String target = activity.id("replyToId");
    return new Inbound.Message(
        origin(activity.at("from"), id + "|" + conversation + "|" + type),
        id,
        false,
        content instanceof Content.Unsupported,
        content,
        List.copyOf(files),
        target == null ? quoted() : target,
        details(first),
        Map.of("serviceUrl", activity.required("serviceUrl"), "conversation", conversation));
  }

  private Map<String, String> details(Content content) {
    String raw = activity.text("text");
    boolean same = !(content instanceof Content.Text(var text)) || text.equals(raw);
    return new Facts().put("raw", same ? null : raw).map();
  }

  private Content content() {
    Payload value = activity.at("value");
    String text = words();
    if (value.isEmpty()) {
      return new Content.Text(text);
    }
    String title = value.text("title");
    return new Content.Choice(
        "button",
        java.util.Objects.requireNonNullElse(value.id("id"), ""),
        title == null && !text.isEmpty() ? text : title,
        null,
        Payload.cut(value.node().toString(), LINK));
  }

  private Content invoked() {
    String name = activity.id("name");
    Payload action = activity.at("value").at("action");
    String verb = action.id("verb");
    if (verb == null) {
      return new Content.Unsupported(name == null ? type : name, activity.raw());
    }
    var data = JsonNodeFactory.instance.objectNode().put("verb", verb);
    if (action.has("data")) {
      data.set("data", action.at("data").node());
    }
    return new Content.Choice(
        String.valueOf(name), verb, null, null, Payload.cut(data.toString(), LINK));
  }

  /** What was written; the bot's own name, by which it was called, is no part of it. */
  private String words() {
    String text = activity.text("text");
    if (text == null) {
      return "";
    }
    for (Payload entity : activity.list("entities")) {
      String mark = entity.text("text");
      if ("mention".equals(entity.text("type")) && mark != null && !mark.isEmpty()) {
        boolean ours = settings.bot().equals(entity.at("mentioned").text("id"));
        text = text.replace(mark, ours ? "" : "@" + mark.replaceAll("</?at[^>]*>", ""));
      }
    }
    return text.strip();
  }

  private @Nullable String quoted() {
    return activity.list("entities").stream()
        .map(entity -> entity.at("quotedReply").id("messageId"))
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private String attached() {
    String kind = activity.first("attachments").id("contentType");
    return kind == null ? "empty" : kind;
  }

  /** The HTML beside a text is no file, it says the same. */
  private List<Content.Media> files() {
    var files = new ArrayList<Content.Media>();
    for (Payload file : activity.list("attachments")) {
      String mime = file.id("contentType");
      boolean info = FILE.equals(mime);
      String url = info ? file.at("content").text("downloadUrl") : file.text("contentUrl");
      if (mime != null && url != null && (info || mime.matches("(image|video|audio)/.+"))) {
        boolean fits = !url.isEmpty() && url.length() <= LINK;
        files.add(
            new Content.Media(
                InboundMedia.kind(mime),
                null,
                info ? null : mime,
                -1,
                file.text("name"),
                null,
                fits ? url : null,
                fits ? null : "no link of at most " + LINK + " characters"));
      }
    }
    return files;
  }

  private Inbound edit() {
    String kind = activity.at("channelData").id("eventType");
    Content content = content();
    List<Content.Media> files = files();
    boolean bare = content instanceof Content.Text(var text) && text.isEmpty();
    return new Inbound.Edit(
        again(kind == null ? "" : kind),
        activity.required("id"),
        bare && !files.isEmpty() ? files.getFirst() : content);
  }

  private List<Inbound> reactions() {
    var items = new ArrayList<Inbound>();
    String target = activity.required("replyToId");
    for (boolean on : new boolean[] {false, true}) {
      for (Payload reaction : activity.list(on ? "reactionsAdded" : "reactionsRemoved")) {
        String emoji = reaction.id("type");
        if (emoji != null) {
          items.add(new Inbound.Reaction(once("|" + (on ? "+" : "-") + emoji), target, emoji, on));
        }
      }
    }
    return List.copyOf(items);
  }

  private Inbound event() {
    String name = activity.id("name");
    String read = activity.at("value").id("lastReadMessageId");
    return "application/vnd.microsoft.readReceipt".equals(name) && read != null
        ? new Inbound.Watermark(once(""), Event.Delivery.READ, read, null)
        : new Inbound.Notice(once(""), "system", new Facts().put("meta.event", name).map());
  }

  private List<Inbound> members() {
    var items = new ArrayList<Inbound>();
    for (boolean joined : new boolean[] {true, false}) {
      for (Payload member : activity.list(joined ? "membersAdded" : "membersRemoved")) {
        String id = member.id("id");
        boolean bot = settings.bot().equals(id);
        if (id != null && !(bot && personal)) {
          String kind = !joined ? "leave" : bot ? "join" : "member-joined";
          var origin =
              origin(bot ? activity.at("from") : member, key("|" + (joined ? "+" : "-") + id));
          items.add(new Inbound.Notice(origin, kind, Map.of()));
        }
      }
    }
    String what = activity.at("channelData").id("eventType");
    boolean named = activity.has("membersAdded") || activity.has("membersRemoved");
    if (!named && what != null) {
      items.add(new Inbound.Notice(once(""), "system", new Facts().put("meta.event", what).map()));
    }
    return List.copyOf(items);
  }

  /** In a chat of two: the person wants the bot, or not any more. */
  private Inbound installed() {
    String action = String.valueOf(activity.text("action"));
    boolean add = action.equals("add");
    if (!add && !action.equals("remove")) {
      return new Inbound.Notice(
          once(""), "system", new Facts().put("meta.event", "installation " + action).map());
    }
    return personal
        ? new Inbound.Consent(once(""), add, add ? "app added" : "app removed")
        : new Inbound.Notice(once(""), add ? "join" : "leave", Map.of());
  }

  private Inbound.Origin once(String more) {
    return origin(activity.at("from"), key(more));
  }

  /** For what bears the id of another activity. */
  private Inbound.Origin again(String kind) {
    return origin(activity.at("from"), key("|" + kind + "|" + activity.text("timestamp")));
  }

  private String key(String more) {
    return activity.required("id") + "|" + conversation + "|" + type + more;
  }

  private Inbound.Origin origin(Payload from, String key) {
    String sender = from.required("id");
    String person = from.id("aadObjectId");
    Payload where = activity.at("conversation");
    Payload data = activity.at("channelData");
    String tenant =
        where.id("tenantId") == null ? data.at("tenant").id("id") : where.id("tenantId");
    var attributes =
        new Facts()
            .put("name", from.text("name"))
            .put("email", from.text("email"))
            .put("aadObjectId", person)
            .put("tenantId", person == null ? null : tenant)
            .map();
    String title = where.text("name");
    int thread = conversation.indexOf(";messageid=");
    String kind = where.id("conversationType");
    return new Inbound.Origin(
        settings.bot(),
        new Address(TeamsChannelType.NAME, settings.appId(), personal ? sender : conversation),
        personal && person != null && tenant != null
            ? List.of(new Address(TeamsChannelType.NAME, tenant, person))
            : List.of(),
        Strength.PLATFORM,
        attributes,
        personal ? null : new Event.Participant(sender, attributes.get("name")),
        new Inbound.Room(
            conversation,
            kind == null ? "group" : kind,
            title == null ? data.at("channel").text("name") : title,
            thread < 0 ? null : conversation.substring(thread + ";messageid=".length())),
        key,
        activity.time("timestamp"));
  }
}
