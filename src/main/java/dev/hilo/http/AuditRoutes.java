package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Author;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.TrailReader;
import dev.hilo.core.TrailReader.Line;
import dev.hilo.core.TrailReader.Wanted;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trail, for those who may read it; that they did is written down as any other call is. */
final class AuditRoutes {
  private static final int USUAL_DAYS = 30;
  private static final int MOST_DAYS = 4000;
  private static final String COLUMNS = "at,who,name,act,topic,what,ok,from,session\r\n";

  private final TrailReader trail;
  private final Rosters rosters;
  private final Clock clock;

  AuditRoutes(TrailReader trail, Rosters rosters, Clock clock) {
    this.trail = trail;
    this.rosters = rosters;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.staff(HttpMethod.GET, "/audit", Act.AUDIT, this::page),
        Route.staff(HttpMethod.GET, "/audit/export", Act.AUDIT, this::export));
  }

  private Future<Route.Answer> page(RoutingContext ctx, Principal who) {
    int limit = Api.number(ctx, "limit", 100, 500);
    Roster roster = rosters.of(who.workspace());
    return trail
        .page(who.workspace(), wanted(ctx), ctx.request().getParam("cursor"), limit)
        .map(
            page -> {
              ObjectNode out = Json.object();
              ArrayNode entries = out.putArray("entries");
              page.lines().forEach(line -> entries.add(json(line, roster)));
              if (page.cursor() != null) {
                out.put("cursor", page.cursor());
              }
              return Route.Answer.ok(out);
            });
  }

  private Wanted wanted(RoutingContext ctx) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    LocalDate to = day(ctx, "to", today);
    LocalDate from = day(ctx, "from", to.minusDays(USUAL_DAYS));
    if (from.isAfter(to) || from.isBefore(to.minusDays(MOST_DAYS))) {
      throw new Problem(
          Code.BAD_REQUEST, "from must not be after to, nor " + MOST_DAYS + " days before it");
    }
    return new Wanted(
        from,
        to.isAfter(today.plusDays(1)) ? today.plusDays(1) : to,
        filter(ctx, "who"),
        filter(ctx, "act"),
        filter(ctx, "customer"));
  }

  private static @Nullable String filter(RoutingContext ctx, String name) {
    String value = ctx.request().getParam(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static LocalDate day(RoutingContext ctx, String name, LocalDate otherwise) {
    String value = filter(ctx, name);
    try {
      LocalDate day = value == null ? otherwise : LocalDate.parse(value);
      if (day.getYear() < 2000 || day.getYear() > 9000) {
        throw new DateTimeException("out of all reason");
      }
      return day;
    } catch (DateTimeException e) {
      throw new Problem(Code.BAD_REQUEST, name + " must be a day like 2026-12-31");
    }
  }

  private static ObjectNode json(Line line, Roster roster) {
    ObjectNode out = Json.object().put("at", line.at()).put("who", line.who().toString());
    String name = name(line, roster);
    if (name != null) {
      out.put("name", name);
    }
    out.put("act", line.event().act());
    if (line.event().topic() != null) {
      out.put("topic", line.event().topic());
    }
    if (line.event().what() != null) {
      out.put("what", line.event().what());
    }
    out.put("ok", line.event().ok()).put("from", line.event().from());
    if (line.event().session() != null) {
      out.put("session", line.event().session());
    }
    return out;
  }

  private static @Nullable String name(Line line, Roster roster) {
    return line.who().kind() == Author.Kind.GATEWAY ? null : roster.name(line.who().id());
  }

  private Future<Route.Answer> export(RoutingContext ctx, Principal who) {
    String format = ctx.request().getParam("format", "csv");
    if (!format.equals("csv") && !format.equals("jsonl")) {
      throw new Problem(Code.BAD_REQUEST, "format must be csv or jsonl");
    }
    boolean csv = format.equals("csv");
    Wanted wanted = wanted(ctx);
    Roster roster = rosters.of(who.workspace());
    String name =
        "audit-%s-%s-%s.%s".formatted(who.workspace(), wanted.from(), wanted.to(), format);
    HttpServerResponse response =
        ctx.response()
            .setChunked(true)
            .putHeader("Content-Type", csv ? "text/csv; charset=utf-8" : "application/x-ndjson")
            .putHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
    // a write is done when the client took it: only then is more read
    Future<Void> begun = csv ? response.write(COLUMNS) : Future.succeededFuture();
    return begun
        .compose(
            _ ->
                trail.all(
                    who.workspace(),
                    wanted,
                    lines -> {
                      Buffer some = Buffer.buffer();
                      for (Line line : lines) {
                        some.appendString(csv ? row(line, roster) : json(line, roster) + "\n");
                      }
                      return response.write(some);
                    }))
        .compose(_ -> response.end())
        .map(Route.Answer.DONE)
        .onFailure(
            _ -> {
              if (response.headWritten()) {
                response.reset(); // whoever reads must see that this is not all
              }
            });
  }

  private static String row(Line line, Roster roster) {
    return String.join(
            ",",
            cell(Instant.ofEpochMilli(line.at()).toString()),
            cell(line.who().toString()),
            cell(name(line, roster)),
            cell(line.event().act()),
            cell(line.event().topic()),
            cell(line.event().what()),
            cell(String.valueOf(line.event().ok())),
            cell(line.event().from()),
            cell(line.event().session()))
        + "\r\n";
  }

  /** As RFC 4180 has it; what a table program would run as a formula is made text. */
  static String cell(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      return "";
    }
    boolean formula = "=+-@\t\r\n".indexOf(value.charAt(0)) >= 0;
    return '"' + (formula ? "'" : "") + value.replace("\"", "\"\"") + '"';
  }
}
