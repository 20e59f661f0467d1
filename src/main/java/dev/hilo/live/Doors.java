package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Sessions;
import dev.hilo.store.Tokens;
import dev.hilo.store.Tokens.Standing;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who comes in and as whom. A visitor's token says customer, device and inbox, signed; once the
 * customer exists, only devices registered with it come in. Cookies are never looked at. Immutable;
 * one for all loops, apart from {@link Tokens}, which are given with each call.
 */
public record Doors(AddressKeys keys, Rosters rosters, List<String> ownOrigins) {

  /**
   * Somebody who was let in.
   *
   * @param token a visitor's, to be given out if {@code fresh}
   * @param registered false for a visitor nothing is stored of
   */
  public record Guest(
      Principal principal,
      Item.@Nullable Inbox inbox,
      @Nullable String token,
      boolean fresh,
      boolean registered) {

    /** The same, once its device is stored and it has its token, which is of no more use here. */
    Guest stored() {
      return new Guest(principal, inbox, null, false, true);
    }
  }

  /** An agent's single-use ticket, which is worth no more than the sign-in it was made by. */
  Future<Guest> ticket(Tokens tokens, Sessions signIns, String ticket) {
    return tokens
        .redeem(ticket)
        .compose(
            who -> {
              Principal.Agent agent = who == null ? null : seated(who);
              return agent == null
                  ? Future.failedFuture(used())
                  : signIns
                      .all(agent.workspace(), agent.id())
                      .compose(
                          known ->
                              known.stream().anyMatch(s -> s.id().equals(agent.seat().session()))
                                  ? Future.succeededFuture(
                                      new Guest(agent, null, null, false, true))
                                  : Future.failedFuture(used()));
            });
  }

  private static Problem used() {
    return new Problem(Code.BAD_TICKET, "this ticket is unknown, used or too old");
  }

  /** What a ticket says, which {@link #ticket(Principal.Agent)} wrote. */
  private Principal.@Nullable Agent seated(String meaning) {
    String[] parts = meaning.split(" ", 5);
    Item.User user =
        parts.length == 5 && parts[0].equals("agent") ? rosters.of(parts[1]).user(parts[2]) : null;
    return user == null
        ? null
        : new Principal.Agent(
            parts[1], user.id(), user.name(), new Principal.Seat(parts[4], parts[3]));
  }

  /** What the ticket of somebody who is signed in stands for. */
  public static String ticket(Principal.Agent who) {
    return String.join(
        " ",
        "agent",
        who.workspace(),
        who.id(),
        String.valueOf(who.seat().session()),
        who.seat().address());
  }

  /**
   * A visitor nobody knows yet.
   *
   * @param key of an inbox of the first workspace, or {@code workspace/key}
   */
  Future<Guest> visitor(String key, @Nullable String origin) {
    int slash = key.indexOf('/');
    Roster roster = slash < 0 ? rosters.first() : rosters.of(key.substring(0, slash));
    Item.Inbox inbox = roster.desk().find(Item.Inbox.class, key.substring(slash + 1));
    if (inbox == null) {
      return Future.failedFuture(missing(roster));
    }
    if (!allowed(inbox, origin)) {
      return Future.failedFuture(origin());
    }
    return Future.succeededFuture(guest(CustomerId.fresh(roster.workspace()), inbox, true, false));
  }

  /** Nothing is known before the desk was read, which is no reason to turn anybody away. */
  private static Problem missing(Roster roster) {
    return roster.known()
        ? new Problem(Code.BAD_REQUEST, "there is no such inbox")
        : new Problem(Code.STORE_UNAVAILABLE, "the store does not answer now; try again");
  }

  private Guest guest(CustomerId home, Item.Inbox inbox, boolean fresh, boolean registered) {
    String device = Tokens.random();
    ObjectNode claims =
        Json.object()
            .put("c", home.toString())
            .put("d", device)
            .put("i", inbox.id())
            .put("n", Tokens.random());
    String body = Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(claims));
    String token = body + "." + keys.sign("visitor", body, 32);
    return new Guest(
        new Principal.Visitor(home, device, inbox.id()), inbox, token, fresh, registered);
  }

  /** A device that was here before. */
  public Future<Guest> token(Tokens tokens, String token, @Nullable String origin) {
    try {
      Guest guest = claimed(token, origin);
      return tokens
          .standing(visitor(guest).home(), visitor(guest).device(), token)
          .compose(standing -> admitted(guest, standing));
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
  }

  /**
   * Who a token says it is: its signature and the page are right, its device was not looked up.
   * Throws {@link Problem} otherwise.
   */
  Guest claimed(String token, @Nullable String origin) {
    Guest guest = read(token);
    if (guest == null) {
      throw new Problem(Code.BAD_TOKEN, "this token is not ours");
    }
    if (guest.inbox() == null) {
      Problem none = missing(rosters.of(guest.principal().workspace()));
      throw none.code().temporary() ? none : new Problem(Code.BAD_TOKEN, "this inbox is closed");
    }
    if (!allowed(guest.inbox(), origin)) {
      throw origin();
    }
    return guest;
  }

  static Principal.Visitor visitor(Guest guest) {
    if (guest.principal() instanceof Principal.Visitor v) {
      return v;
    }
    throw new IllegalArgumentException("not a visitor");
  }

  /** Lets in whoever {@link #claimed} found, unless its device was signed out. */
  static Future<Guest> admitted(Guest claimed, Standing standing) {
    return switch (standing) {
      case REVOKED ->
          Future.failedFuture(new Problem(Code.BAD_TOKEN, "this device was signed out"));
      case NEW, KNOWN ->
          Future.succeededFuture(
              new Guest(
                  claimed.principal(),
                  claimed.inbox(),
                  claimed.token(),
                  false,
                  standing == Standing.KNOWN));
    };
  }

  private @Nullable Guest read(String token) {
    int dot = token.indexOf('.');
    if (dot <= 0 || token.length() > 1000) {
      return null;
    }
    String body = token.substring(0, dot);
    boolean ours =
        MessageDigest.isEqual(
            keys.sign("visitor", body, 32).getBytes(StandardCharsets.UTF_8),
            token.substring(dot + 1).getBytes(StandardCharsets.UTF_8));
    if (!ours) {
      return null;
    }
    try {
      JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(body));
      CustomerId home = CustomerId.of(claims.path("c").asText());
      String key = claims.path("i").asText();
      return new Guest(
          new Principal.Visitor(home, claims.path("d").asText(), key),
          rosters.of(home.workspace()).desk().find(Item.Inbox.class, key),
          token,
          false,
          false);
    } catch (Json.BadJson | IllegalArgumentException e) {
      return null;
    }
  }

  /** A further device of a visitor, by a one-time link. It is registered before it comes in. */
  Future<Guest> link(Tokens tokens, String code, @Nullable String origin) {
    return tokens
        .redeem(code)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              CustomerId home =
                  parts.size() == 3 && parts.getFirst().equals("device")
                      ? CustomerId.of(parts.get(1))
                      : null;
              Item.Inbox inbox =
                  home == null
                      ? null
                      : rosters.of(home.workspace()).desk().find(Item.Inbox.class, parts.get(2));
              if (home == null || inbox == null) {
                return Future.failedFuture(
                    new Problem(Code.BAD_LINK, "this link was used before or has expired"));
              }
              if (!allowed(inbox, origin)) {
                return Future.failedFuture(origin());
              }
              Guest guest = guest(home, inbox, true, true);
              return register(tokens, guest).map(guest);
            });
  }

  /** Stores a device, so that from now on only stored devices of its customer come in. */
  static Future<Void> register(Tokens tokens, Guest guest) {
    return guest.principal() instanceof Principal.Visitor v && guest.token() != null
        ? tokens.addDevice(v.home(), v.device(), guest.token())
        : Future.succeededFuture();
  }

  /** When somebody answers in the inbox that a visitor came by; null if nobody says. */
  Item.@Nullable Hours hours(Guest guest) {
    String id = guest.inbox() == null ? null : guest.inbox().hours();
    return id == null
        ? null
        : rosters.of(guest.principal().workspace()).desk().find(Item.Hours.class, id);
  }

  /** Whether it is one of the gateway's own pages. */
  public boolean isOwn(String origin) {
    return ownOrigins.contains(origin);
  }

  /** Whether a page of this origin may open any inbox. */
  public boolean knows(String origin) {
    return ownOrigins.contains(origin)
        || rosters.all().stream()
            .flatMap(roster -> roster.desk().all(Item.Inbox.class).stream())
            .anyMatch(inbox -> allowed(inbox, origin));
  }

  private boolean allowed(Item.Inbox inbox, @Nullable String origin) {
    return origin == null
        || ownOrigins.contains(origin)
        || inbox.origins().contains(origin)
        || inbox.origins().contains("*");
  }

  private static Problem origin() {
    return new Problem(Code.FORBIDDEN_ORIGIN, "this page may not open this inbox");
  }
}
