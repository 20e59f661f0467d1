package dev.hilo.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Numbered;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.StreamState;
import dev.hilo.desk.RoutePlanner;
import dev.hilo.desk.RoutePlanner.Need;
import dev.hilo.desk.RoutePlanner.Obstacle;
import dev.hilo.desk.RoutePlanner.Plan;
import dev.hilo.desk.RoutePlanner.Terms;
import dev.hilo.desk.RoutePlanner.Way;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a customer can be reached now: what the route planner makes of a thread and of the channels
 * that are open. From any thread.
 */
public final class Ways {
  /** Characters of a text in the web chat. */
  static final int WEB_TEXT = 10_000;

  private static final Terms WEB =
      new Terms(
          true, WEB_TEXT, Set.of(Content.Media.Kind.values()), 50 << 20, false, null, false, false);

  private final Accounts accounts;

  public Ways(Accounts accounts) {
    this.accounts = accounts;
  }

  /** The account that serves an address: its own, else the first of its channel. */
  record Served(Accounts.Opened opened, String account) {}

  /** Null where none is open. */
  @Nullable Served served(String workspace, StreamState.Route route) {
    String type = route.address().channel();
    Accounts.Opened own = accounts.account(workspace, type, route.account());
    if (own != null) {
      return new Served(own, route.account());
    }
    String any = accounts.anyAccount(workspace, type);
    Accounts.Opened opened = any == null ? null : accounts.account(workspace, type, any);
    return opened == null || any == null ? null : new Served(opened, any);
  }

  Plan plan(StreamState state, Need need) {
    String workspace = state.customer().workspace();
    return RoutePlanner.plan(
        state, need, route -> terms(workspace, route), System.currentTimeMillis());
  }

  private @Nullable Terms terms(String workspace, StreamState.Route route) {
    if (route.address().live()) {
      return WEB;
    }
    Served served = served(workspace, route);
    if (served == null) {
      return null;
    }
    Capabilities can = served.opened.channel().capabilities(route.address());
    return new Terms(
        served.opened.health().trusted(),
        can.textLimit(),
        can.media(),
        can.mediaBytes(),
        can.can(Capabilities.Feature.TEMPLATES),
        can.window(),
        can.cost() == Capabilities.Cost.PAID,
        can.cost() != Capabilities.Cost.FREE);
  }

  static Need need(Content content) {
    return switch (content) {
      case Content.Media m ->
          new Need(m.caption() == null ? 0 : m.caption().length(), m.kind(), m.size(), false);
      case Content.Template _ -> new Need(0, null, 0, true);
      case Content.Choices c -> new Need(Numbered.list(c).length(), null, 0, false);
      case Content.Text _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Email _,
          Content.Unsupported _ -> {
        String text = Fitting.longText(content);
        yield new Need(text == null ? 0 : text.length(), null, 0, false);
      }
    };
  }

  /** The refusal of a way that cannot be used, with those that can. */
  static Problem refusal(Plan plan, Way way, Obstacle obstacle) {
    ObjectNode detail = Json.object().put("obstacle", obstacle.word());
    ArrayNode others = detail.putArray("routes");
    plan.ways().stream()
        .filter(Way::open)
        .forEach(
            w ->
                others
                    .addObject()
                    .put("via", w.route().via())
                    .put("channel", w.route().address().channel()));
    String channel = way.route().address().channel();
    return switch (obstacle) {
      case NO_ACCOUNT ->
          new Problem(Problem.Code.NO_ROUTE, "no account of " + channel + " is configured", detail);
      case OPT_OUT ->
          new Problem(Problem.Code.REFUSED, "this address asked not to be written to", detail);
      case WINDOW_CLOSED ->
          new Problem(
              Problem.Code.WINDOW_CLOSED,
              channel + " takes no free message so long after the customer's last one",
              detail);
      case NO_TEMPLATES ->
          new Problem(Problem.Code.UNSUITABLE, channel + " has no templates", detail);
      case TOO_LONG ->
          new Problem(Problem.Code.TOO_LARGE, "this is too long for " + channel, detail);
      case NO_SUCH_MEDIA ->
          new Problem(Problem.Code.UNSUITABLE, channel + " takes no files of this kind", detail);
      case MEDIA_TOO_LARGE ->
          new Problem(Problem.Code.TOO_LARGE, "this file is too large for " + channel, detail);
      case CREDENTIALS ->
          new Problem(Problem.Code.NO_ROUTE, channel + " refuses our credentials now", detail);
    };
  }

  /** All ways of a plan and what it chose, as protocol.md has it. */
  ObjectNode json(StreamState state, Plan plan) {
    ObjectNode out = Json.object();
    ArrayNode all = out.putArray("routes");
    for (Way way : plan.ways()) {
      StreamState.Route route = way.route();
      ObjectNode one =
          all.addObject().put("via", route.via()).put("channel", route.address().channel());
      put(one, way);
      if (route.lastAt() > 0) {
        one.put("lastAt", route.lastAt());
      }
      Served served = route.address().live() ? null : served(state.customer().workspace(), route);
      if (served != null) {
        one.put("account", served.account);
      }
    }
    auto(out, plan);
    return out;
  }

  static void put(ObjectNode out, Way way) {
    if (way.obstacle() != null) {
      out.put("obstacle", way.obstacle().word());
    }
    if (way.openUntil() != null) {
      out.put("openUntil", way.openUntil());
    }
    if (way.paid()) {
      out.put("paid", true);
    }
  }

  static void auto(ObjectNode out, Plan plan) {
    if (plan.chosen() != null && plan.reason() != null) {
      ObjectNode auto =
          out.putObject("auto")
              .put("via", plan.chosen().route().via())
              .put("reason", plan.reason().word());
      if (plan.passedOver() != null) {
        auto.put("passedOver", plan.passedOver().word());
      }
    }
  }
}
