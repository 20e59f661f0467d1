package dev.hilo.core;

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
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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

  /** {@code names}: the public name of a member of staff. */
  SendResult through(Channel channel, Function<String, @Nullable String> names, int attempt)
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
              by.kind() == Author.Kind.AGENT ? names.apply(by.id()) : null,
              attempt));
    }
    Gesture gesture = gesture(event);
    return gesture == null
        ? new SendResult.Refused("gone", "the platform's id of the message is not known any more")
        : channel.perform(gesture);
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
