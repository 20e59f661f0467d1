package dev.hilo.testing;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Histories of one customer. Names come from small pools, so that answers meet questions, receipts
 * meet messages and merges meet known homes; everything else is any text, or a text of the test's
 * own.
 */
public final class Histories {
  public static final CustomerId CUSTOMER = new CustomerId("main", "01ARZ3NDEKTSV4RRFFQ69G5FA0");
  private static final int HOMES = 4;
  private static final String[] AGENTS = {"ana", "ben"};

  private final Random random;
  private final Values values;
  private int next;

  /** {@code free} chooses the texts that refer to nothing. */
  public Histories(Random random, Values.Texts free) {
    this.random = random;
    this.values = new Values(random, (of, name) -> text(free, of, name));
  }

  public static Histories of(Random random) {
    return new Histories(random, (_, _) -> Values.anyText(random));
  }

  /** The customer itself, and those that were merged into it. */
  public static String home(int i) {
    String id = CUSTOMER.toString();
    return id.substring(0, id.length() - 1) + i;
  }

  public List<Entry> entries(int most) {
    List<Draft> drafts = new ArrayList<>();
    drafts.add(draft(values.one(Event.CustomerStarted.class)));
    int size = 1 + random.nextInt(most);
    while (drafts.size() < size) {
      drafts.add(draft(event()));
    }
    return placed(drafts);
  }

  /** Gives drafts their places: without holes, with a new epoch now and then. */
  public List<Entry> placed(List<Draft> drafts) {
    List<Entry> entries = new ArrayList<>();
    long epoch = 1000;
    for (int i = 0; i < drafts.size(); i++) {
      epoch += random.nextInt(20) == 0 ? 1024 : 0;
      entries.add(drafts.get(i).at(new Position(epoch, i + 1)));
    }
    return entries;
  }

  private Event event() {
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> values.one(Event.MessageAdded.class);
      case 4 -> values.one(Event.DeliveryChanged.class);
      default -> values.one(Event.class);
    };
  }

  public Draft draft(Event event) {
    Author by = author(event);
    int home = random.nextInt(HOMES);
    String via = "via" + (home + HOMES * random.nextInt(2));
    long rx = 1_700_000_000_000L + 1000L * next;
    Header header =
        new Header(
            Header.SCHEMA,
            EntryClass.of(event, by),
            event.type(),
            "m" + next++,
            home(by.isCustomer() || event instanceof Event.MessageAdded ? home : 0),
            event instanceof Event.MessageAdded || random.nextBoolean() ? via : null,
            by,
            Audience.of(event),
            random.nextBoolean() ? "s" + next : null,
            rx - random.nextInt(5000),
            rx,
            random.nextBoolean() ? "c" + random.nextInt(4) : null,
            event instanceof Event.Unknown && random.nextBoolean() ? List.of("decide") : List.of(),
            0);
    return new Draft(header, event);
  }

  private Author author(Event event) {
    if (event instanceof Event.NoteAdded) {
      return new Author(Author.Kind.AGENT, AGENTS[random.nextInt(2)]);
    }
    return switch (random.nextInt(5)) {
      case 0, 1 -> new Author(Author.Kind.CUSTOMER, home(random.nextInt(HOMES)));
      case 2, 3 -> new Author(Author.Kind.AGENT, AGENTS[random.nextInt(2)]);
      default -> Author.gateway("keeper");
    };
  }

  private String text(Values.Texts free, Class<?> of, String name) {
    if (of == Address.class && name.equals("channel")) {
      return random.nextInt(3) == 0 ? Address.WEB : "paper";
    }
    if (of == Event.Unknown.class) {
      return name.equals("type")
          ? "FromTheFuture"
          : "{\"text\":\"" + free.text(of, name).replaceAll("[^a-zA-Z0-9-]", "") + "\"}";
    }
    return switch (name) {
      case "message", "messages", "cause", "replyTo" -> "m" + random.nextInt(next + 2);
      case "home", "homes", "proved", "from", "into" -> home(random.nextInt(HOMES));
      case "via", "vias" -> "via" + random.nextInt(2 * HOMES);
      case "conversation", "openConversation" -> "c" + random.nextInt(4);
      case "mergeId" -> "merge" + random.nextInt(5);
      case "add", "remove" -> "label" + random.nextInt(5);
      case "set.key", "attributes.key" ->
          new String[] {"name", "email", "zip", "language"}[random.nextInt(4)];
      case "to" -> of == Event.HandedOff.class ? free.text(of, name) : AGENTS[random.nextInt(2)];
      default -> free.text(of, name);
    };
  }
}
