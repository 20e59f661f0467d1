package dev.hilo.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sign-ins of people, stored under the hash of the token that their browser holds. */
public final class Sessions {
  /** How many one person may have; a further one ends the oldest. */
  public static final int MOST = 50;

  private static final int ID = 16;
  private static final long SEEN_MS = 300_000;

  private final Link link;

  public Sessions(Link link) {
    this.link = link;
  }

  /**
   * One sign-in.
   *
   * @param id names it; nothing can be opened with it
   * @param created ms
   * @param seen when it was last used, give or take five minutes, ms
   * @param from address of the client
   * @param agent what the browser calls itself
   * @param how password, link, oidc or invitation
   */
  public record Session(
      String id,
      String workspace,
      String user,
      long created,
      long seen,
      String from,
      String agent,
      String how) {

    private Session seenAt(long now) {
      return new Session(id, workspace, user, created, now, from, agent, how);
    }
  }

  /** What names the session of a token. */
  public static String id(String token) {
    return Tokens.hash(token).substring(0, ID);
  }

  /** {@code session}: its id must be that of the token. */
  public Future<Void> open(String token, Session session, Duration life) {
    String hash = Tokens.hash(token);
    String mine = Keys.sessions(session.workspace(), session.user());
    long end = session.created() + life.toMillis();
    return link.send(Request.cmd(Command.ZADD).arg(mine).arg(end).arg(hash))
        .compose(
            _ ->
                link.send(
                    Request.cmd(Command.SET)
                        .arg(Keys.session(hash))
                        .arg(Json.text(session))
                        .arg("PX")
                        .arg(life.toMillis())))
        .compose(
            _ ->
                link.send(
                    Request.cmd(Command.ZREMRANGEBYSCORE)
                        .arg(mine)
                        .arg("-inf")
                        .arg(session.created())))
        .compose(_ -> link.send(Request.cmd(Command.PEXPIRE).arg(mine).arg(longest(life))))
        .compose(_ -> trim(mine));
  }

  /** An earlier session may live longer than the newest. */
  private static long longest(Duration life) {
    return Math.max(life.toMillis(), Duration.ofDays(90).toMillis());
  }

  private Future<Void> trim(String mine) {
    return link.send(Request.cmd(Command.ZRANGE).arg(mine).arg(0).arg(-1 - MOST))
        .compose(
            old -> {
              List<Future<?>> ended = new ArrayList<>();
              texts(old).forEach(hash -> ended.add(drop(mine, hash)));
              return Future.all(ended).mapEmpty();
            });
  }

  private Future<Void> drop(String mine, String hash) {
    return link.send(Request.cmd(Command.DEL).arg(Keys.session(hash)))
        .compose(_ -> link.send(Request.cmd(Command.ZREM).arg(mine).arg(hash)))
        .mapEmpty();
  }

  /** Whose token it is, or null; {@code now} is noted, unless that was done lately. */
  public Future<@Nullable Session> find(String token, long now) {
    String key = Keys.session(Tokens.hash(token));
    return link.send(Request.cmd(Command.GET).arg(key))
        .map(
            r -> {
              Session session = read(r);
              if (session != null && now - session.seen() > SEEN_MS) {
                link.send(
                    Request.cmd(Command.SET)
                        .arg(key)
                        .arg(Json.text(session.seenAt(now)))
                        .arg("XX")
                        .arg("KEEPTTL"));
              }
              return session;
            });
  }

  /** All that somebody has, the one used last first. */
  public Future<List<Session>> all(String workspace, String user) {
    return hashes(workspace, user)
        .compose(
            hashes -> {
              List<Future<@Nullable Session>> found = new ArrayList<>();
              for (String hash : hashes) {
                found.add(
                    link.send(Request.cmd(Command.GET).arg(Keys.session(hash)))
                        .map(Sessions::read));
              }
              return Future.all(found)
                  .map(
                      _ ->
                          found.stream()
                              .map(Future::result)
                              .filter(Objects::nonNull)
                              .sorted(Comparator.comparingLong(Session::seen).reversed())
                              .toList());
            });
  }

  private Future<List<String>> hashes(String workspace, String user) {
    return link.send(Request.cmd(Command.ZRANGE).arg(Keys.sessions(workspace, user)).arg(0).arg(-1))
        .map(Sessions::texts);
  }

  /**
   * Ends one session of somebody, or all.
   *
   * @param only id of the one to end; null = all
   * @param except id of one that stays, or null
   * @return ids of those that were ended
   */
  public Future<List<String>> end(
      String workspace, String user, @Nullable String only, @Nullable String except) {
    String mine = Keys.sessions(workspace, user);
    return hashes(workspace, user)
        .compose(
            hashes -> {
              List<String> ids = new ArrayList<>();
              List<Future<?>> ended = new ArrayList<>();
              for (String hash : hashes) {
                String id = hash.substring(0, ID);
                if ((only == null || only.equals(id)) && !id.equals(except)) {
                  ids.add(id);
                  ended.add(drop(mine, hash));
                }
              }
              return Future.all(ended).map(ids);
            });
  }

  private static List<String> texts(@Nullable Response all) {
    List<String> out = new ArrayList<>();
    if (all != null) {
      all.forEach(each -> out.add(each.toString()));
    }
    return out;
  }

  /** Null for what an earlier release stored: whoever it is signs in again. */
  private static @Nullable Session read(@Nullable Response stored) {
    if (stored == null) {
      return null;
    }
    try {
      JsonNode json = Json.parse(stored.toString().getBytes(StandardCharsets.UTF_8));
      return json.isObject() ? Json.read(json, Session.class) : null;
    } catch (Json.BadJson e) {
      return null;
    }
  }
}
