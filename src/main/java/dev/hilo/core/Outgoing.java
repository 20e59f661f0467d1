package dev.hilo.core;

import dev.hilo.access.Roster;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.store.Streams;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Item;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What stands at the head of a lane, as it was read: a message of ours, or what staff changed about
 * one. {@code claim} is empty where there is none.
 */
record Outgoing(StreamState state, StreamState.Pending head, Entry entry, String claim) {
  CustomerId customer() {
    return state.customer();
  }

  String id() {
    return head.id();
  }

  /** False for what may be shown to the platform twice. */
  boolean isMessage() {
    return entry.event() instanceof Event.MessageAdded;
  }

  Address address() {
    return entry.event() instanceof Event.MessageAdded m
        ? m.address()
        : Objects.requireNonNull(state.routes().get(head.via())).address();
  }

  String account() {
    return entry.event() instanceof Event.MessageAdded m ? m.account() : head.account();
  }

  /** {@code quoted}: see {@link #quoted}. */
  SendResult through(Channel channel, Roster roster, Outbound.@Nullable Quote quoted, int attempt)
      throws InterruptedException {
    Event event = entry.event();
    if (event instanceof Event.MessageAdded m) {
      Author by = entry.header().by();
      return channel.send(
          new Outbound(
              id(),
              m.account(),
              m.address(),
              fitted(m.content(), channel.capabilities(m.address()).choices()),
              m.attachments(),
              answered(m.replyTo()),
              context(),
              by.kind() == Author.Kind.AGENT ? roster.name(by.id()) : null,
              team(roster, by, m),
              quoted,
              attempt));
    }
    Gesture gesture = gesture(event);
    return gesture == null
        ? new SendResult.Refused("gone", "the platform's id of the message is not known any more")
        : channel.perform(gesture);
  }

  /**
   * What the message answers: what its writer chose, else the newest that the customer had said on
   * this address before. Null where nothing can be repeated.
   */
  Outbound.@Nullable Quote quoted(Streams streams) {
    if (!(entry.event() instanceof Event.MessageAdded own)) {
      return null;
    }
    StreamState.Message chosen = own.replyTo() == null ? null : state.message(own.replyTo());
    if (chosen == null || !chosen.via().equals(head.via())) {
      chosen = null;
      for (StreamState.Message m : state.messages()) {
        if (m.by().isCustomer()
            && m.via().equals(head.via())
            && head.position().after(m.position())) {
          chosen = m;
        }
      }
    }
    Entry said = chosen == null ? null : streams.at(customer(), chosen.position()).await();
    if (said == null || !(said.event() instanceof Event.MessageAdded m)) {
      return null;
    }
    String text =
        m.content() instanceof Content.Email mail
            ? mail.text()
            : m.content() instanceof Content.Text words ? words.text() : "";
    return text.isBlank()
        ? null
        : new Outbound.Quote(
            author(said, m),
            Instant.ofEpochMilli(said.header().at()),
            text,
            state.attributes().get("language"));
  }

  private String author(Entry said, Event.MessageAdded message) {
    Event.Participant sender = message.sender();
    String name =
        !said.header().by().isCustomer()
            ? message.account()
            : sender == null ? state.name() : sender.name() == null ? sender.id() : sender.name();
    return name == null ? message.address().id() : name;
  }

  /** Of several teams the writer's, of those the one that has this inbox. */
  private static Outbound.@Nullable Team team(Roster roster, Author by, Event.MessageAdded m) {
    Desk desk = roster.desk();
    String inbox = m.address().channel() + ":" + m.account();
    Item.User writer = by.kind() == Author.Kind.AGENT ? desk.find(Item.User.class, by.id()) : null;
    List<Item.Team> teams =
        desk.all(Item.Team.class).stream()
            .filter(t -> writer != null ? writer.teams().contains(t.id()) : has(t, inbox))
            .sorted(
                Comparator.comparing((Item.Team t) -> !has(t, inbox)).thenComparing(Item.Team::id))
            .toList();
    boolean told = !teams.isEmpty() && (writer != null || teams.size() == 1);
    return told ? new Outbound.Team(teams.getFirst().id(), teams.getFirst().name()) : null;
  }

  private static boolean has(Item.Team team, String inbox) {
    return team.inboxes().contains(inbox);
  }

  private Map<String, String> context() {
    StreamState.Route route = state.routes().get(head.via());
    return route == null ? Map.of() : route.context();
  }

  private static Content fitted(Content content, int choices) {
    return content instanceof Content.Choices c && c.options().size() > choices
        ? new Content.Text(Numbered.list(c))
        : content;
  }

  /** The platform's id of a message on this address, or null. */
  private @Nullable String answered(@Nullable String message) {
    StreamState.Message known = message == null ? null : state.message(message);
    return known != null && known.via().equals(head.via()) ? known.externalId() : null;
  }

  private @Nullable Gesture gesture(Event event) {
    if (event instanceof Event.ReactionChanged r) {
      String target = answered(r.message());
      return target == null
          ? null
          : new Gesture.React(account(), address(), context(), target, r.emoji(), r.on());
    }
    if (event instanceof Event.MessageEdited e) {
      String target = answered(e.message());
      return target == null
          ? null
          : new Gesture.Edit(account(), address(), context(), target, e.content());
    }
    if (event instanceof Event.MessageRemoved e) {
      String target = answered(e.message());
      return target == null ? null : new Gesture.Remove(account(), address(), context(), target);
    }
    return null;
  }
}
