package dev.hilo.testing;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** A platform that takes everything; letters to it are made here too. */
public final class PaperChannel implements Channel {
  public static final String TYPE = "paper";
  public static final String ACCOUNT = "desk";

  public final ConcurrentLinkedQueue<Outbound> sent = new ConcurrentLinkedQueue<>();

  /** Where files are, by their ref. */
  public volatile Function<String, MediaSource> files = _ -> new MediaSource.Gone("burnt");

  public static Address address(String person) {
    return new Address(TYPE, "", person);
  }

  /** A message of {@code person}; {@code key} makes a redelivery recognisable. */
  public static Inbound letter(String person, String key, String text) {
    return letter(person, key, text, List.of());
  }

  /** A message that also proves {@code aliases} to be the same person. */
  public static Inbound letter(String person, String key, String text, List<Address> aliases) {
    return new Inbound.Message(
        origin(person, key, aliases),
        key,
        false,
        false,
        new Content.Text(text),
        List.of(),
        null,
        Map.of(),
        Map.of());
  }

  /** A picture of {@code person}, to be found at {@code ref}. */
  public static Inbound picture(String person, String key, String ref) {
    Content.Media picture =
        new Content.Media(Content.Media.Kind.IMAGE, null, null, -1, null, null, ref, null);
    return new Inbound.Message(
        origin(person, key, List.of()),
        key,
        false,
        false,
        picture,
        List.of(),
        null,
        Map.of(),
        Map.of());
  }

  public static Inbound.Origin origin(String person, String key, List<Address> aliases) {
    return new Inbound.Origin(
        ACCOUNT, address(person), aliases, Strength.PLATFORM, Map.of(), null, null, key, null);
  }

  @Override
  public List<Account> accounts() {
    return List.of(new Account(ACCOUNT, "Desk"));
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(4096).anyMedia(1 << 20);
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return files.apply(String.valueOf(media.ref()));
  }

  @Override
  public SendResult send(Outbound message) {
    sent.add(message);
    return new SendResult.Accepted("paper-" + message.id());
  }
}
