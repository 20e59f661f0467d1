package dev.hilo.channel.meta;

import dev.hilo.channel.Payload;
import dev.hilo.config.Secret;
import java.util.List;

/** Messages to pages or Instagram accounts, and comments under what they post. */
final class InboxWebhook extends MetaWebhook {
  private final Inbox inbox;

  InboxWebhook(Inbox inbox, List<Secret> appSecrets, Secret verifyToken) {
    super(appSecrets, verifyToken);
    this.inbox = inbox;
  }

  @Override
  protected void read(Payload entry, Items items) {
    var direct = new DirectEvents(inbox, entry);
    for (Payload item : entry.list("messaging")) {
      items.keep("messaging", () -> direct.of(item, false));
    }
    for (Payload item : entry.list("standby")) {
      items.keep("standby", () -> direct.of(item, true));
    }
    entry.list("changes").forEach(change -> change(entry, change, items));
    if (entry.has("field")) {
      change(entry, entry, items);
    }
  }

  /** Instagram Login writes field and value into the entry itself, samples write messages here. */
  private void change(Payload entry, Payload change, Items items) {
    Payload value = change.at("value");
    String field = String.valueOf(change.text("field"));
    if (value.has("sender")) {
      items.keep(field, () -> new DirectEvents(inbox, entry).of(value, false));
    } else {
      switch (field) {
        case "feed", "comments", "live_comments" ->
            items.keep(field, () -> new Comments(inbox, entry).of(field, value));
        default -> items.skip("a change");
      }
    }
  }
}
