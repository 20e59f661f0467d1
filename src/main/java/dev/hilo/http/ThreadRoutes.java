package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Accounts;
import dev.hilo.core.Actions;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Say;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.desk.RoutePlanner;
import dev.hilo.http.Route.Answer;
import dev.hilo.reader.Boards;
import dev.hilo.reader.Sight;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Threads and the inbox: the same acts as the live protocol, with the same codes. */
final class ThreadRoutes {
  private final Threads threads;
  private final Saying saying;
  private final Actions actions;
  private final Timeline timeline;
  private final Boards boards;
  private final Rosters rosters;
  private final Accounts accounts;

  ThreadRoutes(
      Threads threads,
      Saying saying,
      Actions actions,
      Timeline timeline,
      Boards boards,
      Rosters rosters,
      Accounts accounts) {
    this.threads = threads;
    this.saying = saying;
    this.actions = actions;
    this.timeline = timeline;
    this.boards = boards;
    this.rosters = rosters;
    this.accounts = accounts;
  }

  List<Route> routes() {
    return List.of(
        Route.staff(HttpMethod.GET, "/inbox", Act.INBOX, this::inbox),
        Route.staff(HttpMethod.GET, "/channels", Act.DESK, (_, who) -> channels(who)),
        Route.thread(HttpMethod.GET, "/customers/:customer", Act.CARD, this::card),
        Route.thread(HttpMethod.GET, "/customers/:customer/entries", Act.WATCH, this::entries),
        Route.thread(HttpMethod.GET, "/customers/:customer/routes", Act.CARD, this::routesTo),
        Route.thread(HttpMethod.POST, "/customers/:customer/messages", Act.SAY, this::say),
        Route.thread(HttpMethod.POST, "/customers/:customer/actions/:action", null, this::act));
  }

  static CustomerId customer(RoutingContext ctx) {
    try {
      return CustomerId.of(String.valueOf(ctx.pathParam("customer")));
    } catch (IllegalArgumentException e) {
      throw new Problem(Code.UNKNOWN_TOPIC, "a customer id looks like main.01ABC…");
    }
  }

  private Future<Answer> inbox(RoutingContext ctx, Principal who) {
    String filter = ctx.request().getParam("filter", "open");
    int limit = Api.number(ctx, "limit", 100, 500);
    String me = who.author().id();
    return boards
        .of(who.workspace())
        .rows(Sight.of(me, rosters.rights(who).inboxes()), me, filter, limit)
        .map(Answer::ok);
  }

  /** How a customer can be reached now, for a text or whatever the query says. */
  private Future<Answer> routesTo(RoutingContext ctx, Principal who) {
    return actions
        .ways(
            who,
            customer(ctx),
            new RoutePlanner.Need(
                Api.number(ctx, "characters", 0, 1_000_000),
                kind(ctx.request().getParam("media")),
                Api.number(ctx, "bytes", 0, Integer.MAX_VALUE),
                "true".equals(ctx.request().getParam("template"))))
        .map(Answer::ok);
  }

  private static Content.Media.@Nullable Kind kind(@Nullable String word) {
    if (word == null) {
      return null;
    }
    try {
      return Content.Media.Kind.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw new Problem(
          Code.BAD_REQUEST, "media must be image, video, audio, voice, file or sticker");
    }
  }

  private Future<Answer> channels(Principal who) {
    ObjectNode out = Json.object();
    ArrayNode all = out.putArray("channels");
    for (Accounts.Opened opened : accounts.all()) {
      if (opened.workspace().equals(who.workspace())) {
        ObjectNode one = all.addObject().put("type", opened.type());
        capabilities(one.putObject("capabilities"), opened.channel().capabilities());
        ArrayNode list = one.putArray("accounts");
        for (Channel.Account account : opened.channel().accounts()) {
          list.addObject().put("id", account.id()).put("name", account.name());
        }
      }
    }
    return Future.succeededFuture(Answer.ok(out));
  }

  private static void capabilities(ObjectNode out, Capabilities can) {
    out.put("textLimit", can.textLimit()).put("choices", can.choices());
    ArrayNode media = out.putArray("media");
    can.media().stream().map(k -> word(k.name())).sorted().forEach(media::add);
    out.put("mediaBytes", can.mediaBytes());
    ArrayNode features = out.putArray("features");
    can.features().stream().map(f -> word(f.name())).sorted().forEach(features::add);
    if (can.window() != null) {
      out.put("windowMs", can.window().toMillis());
    }
    out.put("cost", word(can.cost().name()));
    if (can.pace() != null) {
      out.putObject("pace")
          .put("messages", can.pace().messages())
          .put("eachMs", can.pace().each().toMillis());
    }
  }

  private static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Future<Answer> card(RoutingContext ctx, Principal who) {
    return actions.card(who, customer(ctx)).map(card -> Answer.ok(card.path("customer")));
  }

  private Future<Answer> entries(RoutingContext ctx, Principal who) {
    CustomerId customer = customer(ctx);
    String cursor = ctx.request().getParam("cursor");
    int limit = Api.number(ctx, "limit", 50, 200);
    return threads
        .thread(who, Act.WATCH, customer)
        .compose(state -> timeline.page(state.customer(), cursor, limit, _ -> true))
        .map(page -> Answer.ok(page(page, rosters.of(who.workspace()))));
  }

  private static ObjectNode page(Timeline.Page page, Roster roster) {
    ObjectNode out = Json.object();
    ArrayNode list = out.putArray("entries");
    for (Timeline.Item item : page.items()) {
      list.addObject()
          .put("stream", item.stream().toString())
          .put("pos", item.entry().position().toString())
          .set("event", Wire.staff(item.entry(), roster::name));
    }
    if (page.cursor() != null) {
      out.put("cursor", page.cursor());
    }
    return out;
  }

  private Future<Answer> say(RoutingContext ctx, Principal who) {
    CustomerId customer = customer(ctx);
    Say say = Say.of(Api.body(ctx));
    return saying
        .say(who, customer, say)
        .map(pos -> Answer.ok(Json.object().put("id", say.id()).put("pos", pos.toString())));
  }

  private Future<Answer> act(RoutingContext ctx, Principal who) {
    return actions
        .act(who, customer(ctx), String.valueOf(ctx.pathParam("action")), Api.body(ctx))
        .map(Answer::ok);
  }
}
