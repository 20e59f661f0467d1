package dev.hilo.channel;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a channel may report. */
public sealed interface Inbound {

  Origin origin();

  /**
   * Where an item comes from.
   *
   * @param account the business side, as in {@link Channel#accounts}
   * @param address the customer's side: the person, or the room where it was said in one; for
   *     echoes the receiver
   * @param aliases further addresses that the same payload proves to be the same person (platform
   *     proof)
   * @param trust what the platform's word for {@code address} is worth; {@link Strength#PLATFORM}
   *     unless it can be forged
   * @param attributes what the payload says of the person who wrote (in a room: of {@code sender}):
   *     {@code name}, {@code username}, {@code language}, {@code phone}, {@code email}; never
   *     identity
   * @param sender the participant, where {@code address} is a room
   * @param room where it was said, if not simply between the two sides
   * @param dedupeKey makes a redelivery recognisable within account and kind of item
   * @param at the platform's time, null where the payload has none
   */
  record Origin(
      String account,
      Address address,
      List<Address> aliases,
      Strength trust,
      Map<String, String> attributes,
      Event.@Nullable Participant sender,
      @Nullable Room room,
      String dedupeKey,
      @Nullable Instant at) {}

  /** A group, channel, topic or ticket on the platform; {@code thread} is its sub-thread. */
  record Room(String id, String kind, @Nullable String title, @Nullable String thread) {}

  /**
   * Somebody wrote.
   *
   * @param externalId the platform's id of the message, as later items refer to it
   * @param echo written by the business side itself, outside of us
   * @param automatic written by a machine
   * @param replyTo the platform's id of the message it answers
   * @param details facts for display and attribution: {@code referral.*}, {@code forwarded}, {@code
   *     error}, {@code priority}, {@code meta.*}
   * @param context what the channel wants back with the answer; at most 1 kB
   */
  record Message(
      Origin origin,
      String externalId,
      boolean echo,
      boolean automatic,
      Content content,
      List<Content.Media> attachments,
      @Nullable String replyTo,
      Map<String, String> details,
      Map<String, String> context)
      implements Inbound {}

  /** {@code target}: the platform's id of the message. */
  record Edit(Origin origin, String target, Content content) implements Inbound {}

  record Removal(Origin origin, String target) implements Inbound {}

  /** {@code emoji} is null where the platform does not say which one was taken back. */
  record Reaction(Origin origin, String target, @Nullable String emoji, boolean on)
      implements Inbound {}

  /**
   * What became of a message of ours.
   *
   * @param correlation our message id, where the platform gives it back
   * @param failure with {@code FAILED}: why, as an answer to a send would say it
   */
  record Receipt(
      Origin origin,
      String target,
      Event.Delivery state,
      @Nullable String correlation,
      @Nullable SendResult failure)
      implements Inbound {}

  /**
   * All that we wrote to this address up to here came to this state.
   *
   * @param target the platform's id of the last message it is about
   * @param upTo or its time; at least one of the two is given
   */
  record Watermark(
      Origin origin, Event.Delivery state, @Nullable String target, @Nullable Instant upTo)
      implements Inbound {}

  /** Told to whoever watches, never stored. */
  record Typing(Origin origin, boolean on) implements Inbound {}

  /**
   * Something happened that nobody said: somebody joined, came by an advertisement, opened the
   * chat. {@code kind} in a few lower-case words of our own: {@code follow, unfollow, join, leave,
   * referral, conversation-started, mention, system}, {@code details} as in {@link Message}.
   */
  record Notice(Origin origin, String kind, Map<String, String> details) implements Inbound {}

  /**
   * The platform lets this account in, or not any more: a token was revoked, the app was removed.
   * The address of its origin is the account's own and stays unused.
   */
  record AccountChanged(Origin origin, boolean connected, String why) implements Inbound {}

  record Consent(Origin origin, boolean granted, @Nullable String why) implements Inbound {}

  /** The person behind {@code previous} is now {@code current}; the platform's proof. */
  record IdentityChange(Origin origin, List<Address> previous, List<Address> current)
      implements Inbound {}

  /**
   * A step of a telephone call.
   *
   * @param id of the call, the same for all its steps
   * @param direction {@code in} or {@code out}
   * @param outcome the platform's word: {@code ringing, in-progress, completed, busy, no-answer,
   *     failed, canceled, input, recording, transcript}
   * @param seconds it lasted, 0 = not known
   * @param text digits or words that were entered, or what was said
   */
  record Call(
      Origin origin,
      String id,
      String direction,
      String outcome,
      long seconds,
      @Nullable String text,
      Content.@Nullable Media recording,
      Map<String, String> details)
      implements Inbound {}
}
