package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.channel.Source;
import dev.hilo.codec.Json;
import dev.hilo.core.Mailboxes;
import dev.hilo.core.Mailboxes.Mailbox;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.Blobs;
import dev.hilo.store.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Mailboxes: how each fares, what became of every item in it, and what people want of it. */
final class MailboxRoutes {
  private static final Pattern CURSOR = Pattern.compile("(\\d+):(\\d+)(:.*)?");
  private static final Pattern POSITION = Pattern.compile("\\d{1,20}");

  private final Mailboxes mailboxes;
  private final Ledger ledger;
  private final Blobs blobs;
  private final Vertx vertx;
  private final Clock clock;

  MailboxRoutes(Mailboxes mailboxes, Ledger ledger, Blobs blobs, Vertx vertx, Clock clock) {
    this.mailboxes = mailboxes;
    this.ledger = ledger;
    this.blobs = blobs;
    this.vertx = vertx;
    this.clock = clock;
  }

  List<Route> routes() {
    String one = "/mailboxes/:id";
    return List.of(
        Route.staff(HttpMethod.GET, "/mailboxes", Act.ENDPOINTS, (_, who) -> list(who)),
        Route.staff(HttpMethod.GET, one + "/entries", Act.ENDPOINTS, this::entries),
        Route.staff(HttpMethod.GET, one + "/raw", Act.ENDPOINTS, this::raw),
        Route.staff(HttpMethod.POST, one + "/backfill", Act.ENDPOINTS, this::backfill),
        Route.staff(HttpMethod.POST, one + "/entries/again", Act.ENDPOINTS, this::again));
  }

  private Future<Route.Answer> list(Principal who) {
    List<Mailbox> all = mailboxes.of(who.workspace());
    List<Future<Ledger.Standing>> standings =
        all.stream().map(m -> ledger.standing(m.source())).toList();
    return Future.all(standings)
        .map(
            _ -> {
              ObjectNode out = Json.object();
              ArrayNode list = out.putArray("mailboxes");
              for (int i = 0; i < all.size(); i++) {
                mailbox(list.addObject(), all.get(i), standings.get(i).result());
              }
              return Route.Answer.ok(out);
            });
  }

  private static void mailbox(ObjectNode out, Mailbox mailbox, Ledger.Standing standing) {
    out.put("id", mailbox.id())
        .put("name", mailbox.name())
        .put("account", mailbox.place().account())
        .put("kind", mailbox.place().kind())
        .put("folder", mailbox.place().folder())
        .put(
            "state",
            standing.node() == null ? "unknown" : standing.why() == null ? "connected" : "trouble")
        .put("why", standing.why());
    Matcher cursor = CURSOR.matcher(Objects.requireNonNullElse(standing.cursor(), ""));
    if (cursor.matches()) {
      out.putObject("cursor")
          .put("validity", Long.parseLong(cursor.group(1)))
          .put("last", Long.parseLong(cursor.group(2)));
    } else {
      out.putNull("cursor");
    }
    ObjectNode counts = out.putObject("counts");
    for (String word : Ledger.WORDS) {
      counts.put(word, Math.max(0, standing.counts().getOrDefault(word, 0L)));
    }
    out.put("missing", standing.missing()).put("checkedAt", standing.checkedAt());
  }

  private Mailbox mailbox(RoutingContext ctx, Principal who) {
    Mailbox found = mailboxes.find(who.workspace(), String.valueOf(ctx.pathParam("id")));
    if (found == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there is no such mailbox");
    }
    return found;
  }

  private Future<Route.Answer> entries(RoutingContext ctx, Principal who) {
    Mailbox mailbox = mailbox(ctx, who);
    String word = ctx.request().getParam("outcome", "parked");
    if (!Ledger.WORDS.contains(word)) {
      throw new Problem(Code.BAD_REQUEST, "outcome must be one of " + Ledger.WORDS);
    }
    String after = ctx.request().getParam("after");
    if (after != null && !POSITION.matcher(after).matches()) {
      throw new Problem(Code.BAD_REQUEST, "after must be what next said");
    }
    return ledger
        .entries(mailbox.source(), word, after)
        .compose(page -> vertx.executeBlocking(() -> page(page)));
  }

  private Route.Answer page(Ledger.Page page) {
    ObjectNode out = Json.object();
    ArrayNode list = out.putArray("entries");
    for (Ledger.Entry entry : page.entries()) {
      String word = Ledger.word(entry.outcome());
      Ledger.Parked parked = entry.parked();
      String why = entry.outcome().substring(word.length()).replaceFirst("^: *", "");
      String blob = parked == null ? null : parked.blob();
      list.addObject()
          .put("key", entry.key())
          .put("outcome", word)
          .put("why", parked == null ? why : parked.why())
          .put("at", entry.at())
          .put("blob", blob)
          .put("size", size(blob));
    }
    out.put("next", page.next());
    return Route.Answer.ok(out);
  }

  private @Nullable Long size(@Nullable String blob) {
    try {
      return blob == null ? null : blobs.find(blob).size();
    } catch (IOException e) {
      return null; // the store of files may be gone: the rest can be shown
    }
  }

  private Future<Route.Answer> raw(RoutingContext ctx, Principal who) {
    Mailbox mailbox = mailbox(ctx, who);
    String key = key(ctx.request().getParam("key"));
    return ledger
        .parked(mailbox.source(), key)
        .compose(
            parked -> {
              if (parked == null || parked.blob() == null) {
                throw new Problem(Code.UNKNOWN_TOPIC, "nothing is kept here of this mail");
              }
              return new FileAnswer(vertx, blobs)
                  .send(ctx, parked.blob(), "message/rfc822", "mail.eml");
            })
        .map(Route.Answer.DONE);
  }

  private static String key(@Nullable String key) {
    if (!Mailboxes.key(key)) {
      throw new Problem(Code.BAD_REQUEST, "key must be that of an entry");
    }
    return Objects.requireNonNull(key);
  }

  private Future<Route.Answer> backfill(RoutingContext ctx, Principal who) {
    Mailbox mailbox = mailbox(ctx, who);
    if (!mailbox.place().kind().equals("imap")) {
      throw new Problem(Code.REFUSED, "only an IMAP mailbox can be asked for earlier mails");
    }
    try {
      LocalDate since = LocalDate.parse(Api.body(ctx).path("since").asText());
      Instant from = since.atStartOfDay(ZoneOffset.UTC).toInstant();
      if (since.getYear() < 1980 || from.isAfter(clock.instant())) {
        throw new Problem(Code.BAD_REQUEST, "since must be a day that was");
      }
      return wish(mailbox, new Source.Wish.Since(from));
    } catch (DateTimeParseException e) {
      throw new Problem(Code.BAD_REQUEST, "since must be a day such as 2026-10-01");
    }
  }

  private Future<Route.Answer> again(RoutingContext ctx, Principal who) {
    Mailbox mailbox = mailbox(ctx, who);
    String key = key(Api.body(ctx).path("key").textValue());
    return ledger
        .outcomes(mailbox.source(), List.of(key))
        .compose(
            known -> {
              if (known.isEmpty()) {
                throw new Problem(Code.UNKNOWN_TOPIC, "the ledger has no such entry");
              }
              return wish(mailbox, new Source.Wish.Again(key));
            });
  }

  private Future<Route.Answer> wish(Mailbox mailbox, Source.Wish wish) {
    return ledger
        .wish(mailbox.source(), Mailboxes.words(wish))
        .map(
            taken -> {
              if (!taken) {
                throw new Problem(
                    Code.OVERLOADED, "this mailbox has too much to do already; try again later");
              }
              return new Route.Answer(202, "{}");
            });
  }
}
