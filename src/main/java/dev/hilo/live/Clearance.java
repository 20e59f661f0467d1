package dev.hilo.live;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rights;
import dev.hilo.codec.Json;
import dev.hilo.core.Shown;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import java.util.List;

/**
 * What somebody of the staff may see on a socket, kept in step with the desk: rights that change
 * are told, what is lost is taken away, and whoever may not be here at all is put out.
 */
final class Clearance {
  private final Session session;
  private final Hub.Services services;
  private final Requests requests;
  private final Principal.Agent who;
  private Rights told;

  Clearance(Session session, Hub.Services services, Requests requests, Principal.Agent who) {
    this.session = session;
    this.services = services;
    this.requests = requests;
    this.who = who;
    this.told = services.rosters().rights(who);
  }

  Principal.Agent who() {
    return who;
  }

  /** Adds what was told last. */
  ObjectNode into(ObjectNode out) {
    out.set("roles", Json.tree(told.roles()));
    ArrayNode acts = out.putArray("acts");
    told.acts().forEach(act -> acts.add(act.word()));
    return out;
  }

  /** Items of a workspace changed, and with them perhaps what this one may do. */
  void changed(String workspace, List<Edit> edits) {
    if (!who.workspace().equals(workspace)) {
      return;
    }
    if (services.rosters().of(workspace).user(who.id()) == null) {
      session.close(CloseCode.REVOKED);
    } else if (edits.stream().anyMatch(edit -> asksMore(edit.item()))) {
      session.close(CloseCode.LOOK_AGAIN);
    } else {
      show(edits);
      Rights now = services.rosters().rights(who);
      if (!now.equals(told)) {
        told = now;
        session.send(into(Json.object().put("type", "rights")));
        lookAgain();
      }
    }
  }

  /** Whoever has a second factor is let in again; who has is not known here. */
  private static boolean asksMore(Item item) {
    return item instanceof Item.Policy policy && policy.secondFactor().equals("required");
  }

  private void show(List<Edit> edits) {
    if (!session.notes.followsDesk()) {
      return;
    }
    Rights rights = services.rosters().rights(who);
    for (Edit edit : edits) {
      ObjectNode shown = Shown.of(rights, edit);
      if (shown == null) {
        continue;
      }
      ObjectNode frame = Json.object().put("type", "item");
      if (edit.gone()) {
        frame.put("kind", edit.item().kind().word()).put("id", edit.item().id()).put("gone", true);
      } else {
        frame.set("item", shown);
      }
      session.send(frame);
    }
  }

  private void lookAgain() {
    Requests.Notes notes = session.notes;
    Frame.WatchInbox inbox = notes.inbox();
    if (inbox != null) {
      notes.inboxClosed();
      if (services.permissions().may(who, Act.INBOX)) {
        requests.watchInbox(session, who, inbox);
      } else {
        gone("inbox");
      }
    }
    if (notes.followsDesk()) {
      notes.deskClosed();
      if (services.permissions().may(who, Act.DESK)) {
        requests.watchDesk(session, who, null);
      } else {
        gone("desk");
      }
    }
    List.copyOf(session.watches().values()).forEach(this::check);
  }

  /** A thread is followed from now on: rights may have changed since that was asked for. */
  void follows(Watch watch) {
    if (told.inboxes() != null
        || !services.threads().may(who, Act.WATCH, watch.topic().customer())) {
      check(watch);
    }
  }

  /** Whoever is bound to some inboxes may lose a thread that others are given. */
  void assigned(Watch watch) {
    if (told.inboxes() != null) {
      check(watch);
    }
  }

  private void check(Watch watch) {
    services
        .roots()
        .root(watch.topic().customer())
        .onSuccess(
            state -> {
              if (!services.threads().sees(who, state) && session.lost(watch)) {
                gone("c:" + watch.topic().customer());
              }
            })
        .onFailure(_ -> session.later(() -> check(watch)));
  }

  private void gone(String topic) {
    session.send(Json.object().put("type", "gone").put("topic", topic).put("why", "rights"));
  }

  /** A sign-in was ended. */
  void signedOut(String signIn) {
    if (signIn.equals(who.seat().session())) {
      session.close(CloseCode.REVOKED);
    }
  }

  /** Closes unless its sign-in is one of these. */
  void standsFor(List<String> signIns) {
    if (!signIns.contains(who.seat().session())) {
      session.close(CloseCode.REVOKED);
    }
  }
}
