package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.meta.MetaWebhook;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Meta's webhook for WhatsApp: one app, many numbers in one call. */
final class WhatsAppWebhook extends MetaWebhook {
  private static final Set<String> GONE =
      Set.of("ACCOUNT_DELETED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED");

  private final String portfolio;
  private final List<String> accounts;

  WhatsAppWebhook(WhatsAppSettings settings) {
    super(List.of(settings.appSecret()), settings.verifyToken());
    portfolio = settings.portfolio();
    accounts = settings.accounts().stream().map(a -> a.id()).toList();
  }

  @Override
  protected void read(Payload entry, Items items) {
    for (Payload change : entry.list("changes")) {
      Payload value = change.at("value");
      var events = new WhatsAppEvents(portfolio, value);
      switch (String.valueOf(change.text("field"))) {
        case "messages", "standby" -> {
          keep(items, value, "messages", events::message);
          keep(items, value, "statuses", events::status);
        }
        case "smb_message_echoes" -> keep(items, value, "message_echoes", events::echo);
        case "user_preferences" -> keep(items, value, "user_preferences", events::preference);
        case "calls" -> {
          keep(items, value, "calls", events::call);
          keep(items, value, "statuses", events::callStatus);
        }
        case "account_update" -> items.keep("account_update", () -> account(entry, value));
        default -> items.skip("a change");
      }
    }
  }

  private static void keep(
      Items items, Payload value, String list, Function<Payload, Inbound> read) {
    List<Payload> all = value.list(list);
    for (int i = 0; i < all.size(); i++) {
      Payload item = all.get(i);
      items.keep(list + "[" + i + "]", () -> List.of(read.apply(item)));
    }
  }

  /**
   * What ends our access. It names a business account and not its numbers: where several are
   * configured, nobody knows whose it is, and it is kept under the business account's id.
   */
  private List<Inbound> account(Payload entry, Payload value) {
    String event = value.required("event");
    Payload state = value.at("ban_info").at("waba_ban_state");
    String ban = state.node().isArray() ? new Payload(state.node().path(0)).text() : state.text();
    boolean back = "REINSTATE".equals(ban);
    if (!back && !GONE.contains(event) && !"DISABLE".equals(ban)) {
      return List.of();
    }
    String account = accounts.size() == 1 ? accounts.getFirst() : entry.required("id");
    return List.of(WhatsAppEvents.access(account, entry, event, back));
  }
}
