package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.access.Roster;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's roster at what stands in the desk stream: it listens to the stream's channel, and
 * looks again every few seconds in case that was not heard. On the event loop of {@link Desks}.
 */
public final class DeskWatch implements Feed.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(DeskWatch.class);
  private static final long LOOK_MS = 5000;
  private static final long AGAIN_MS = 300;
  private static final long CHECK_MS = 60_000;

  /** Told on the same loop. */
  public interface Listener {
    /** These items are other than before, or gone; told once when the desk was first read. */
    void changed(String workspace, List<Edit> edits);

    /** This sign-in was ended. */
    void signedOut(String signIn);

    /** Sign-ins may have ended without a word reaching this node. */
    void unheard();
  }

  private final Vertx vertx;
  private final Context context;
  private final Roster roster;
  private final Desks desks;
  private final Feed feed;
  private final Listener listener;
  private Desk told;
  private boolean read;
  private boolean loading;
  private boolean again;
  private boolean early;

  public DeskWatch(
      Vertx vertx, Context context, Roster roster, Desks desks, Feed feed, Listener listener) {
    this.vertx = vertx;
    this.context = context;
    this.roster = roster;
    this.desks = desks;
    this.feed = feed;
    this.listener = listener;
    this.told = roster.desk();
  }

  public void start() {
    context.runOnContext(
        _ -> {
          feed.subscribe(Keys.channel(CustomerId.desk(roster.workspace())), this)
              .onComplete(_ -> load());
          load();
          vertx.setPeriodic(LOOK_MS, _ -> load());
          vertx.setPeriodic(CHECK_MS, _ -> listener.unheard());
        });
  }

  @Override
  public void message(byte[] payload) {
    if (payload[0] == '!') {
      try {
        JsonNode signal = Json.parse(Arrays.copyOfRange(payload, 1, payload.length));
        if (signal.path("kind").asText().equals("signed-out")) {
          listener.signedOut(signal.path("session").asText());
        }
      } catch (Json.BadJson e) {
        LOG.debug("a signal that is none");
      }
    } else {
      load();
    }
  }

  @Override
  public void resumed() {
    listener.unheard();
    load();
  }

  private void load() {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    again = false;
    desks
        .load(roster.workspace())
        .onComplete(
            r -> {
              loading = false;
              if (r.succeeded()) {
                follow(r.result());
              } else {
                LOG.debug("the desk is not read: {}", r.cause().getMessage());
                vertx.setTimer(AGAIN_MS, _ -> load());
              }
              if (again) {
                load();
              }
            });
  }

  /** What is older than what is known was read too early, or the store lost the rest. */
  private void follow(Desks.Loaded loaded) {
    if (roster.follow(loaded.desk(), loaded.at())) {
      early = false;
      tell(roster.desk());
    } else if (early) {
      early = false;
      roster.rewind(loaded.desk(), loaded.at());
      tell(roster.desk());
    } else {
      early = true;
      vertx.setTimer(AGAIN_MS, _ -> load());
    }
  }

  private void tell(Desk now) {
    List<Edit> changed = new ArrayList<>();
    for (Edit edit : now.all()) {
      Edit before = told.edit(edit.item().kind(), edit.item().id());
      if (before == null || before.gone() || !before.item().equals(edit.item())) {
        changed.add(edit);
      }
    }
    for (Edit edit : told.all()) {
      Item item = edit.item();
      Edit after = now.edit(item.kind(), item.id());
      if (after == null || after.gone()) {
        changed.add(new Edit(item, true, after == null ? edit.rev() : after.rev()));
      }
    }
    told = now;
    if (!changed.isEmpty() || !read) {
      read = true;
      listener.changed(roster.workspace(), changed);
    }
  }
}
