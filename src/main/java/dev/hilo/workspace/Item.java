package dev.hilo.workspace;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a workspace keeps. Stored in its desk stream and shown to its people; so nothing
 * here may be a secret. What is read back is never checked: {@link #fault} is asked before writing.
 *
 * <p>{@code id} is unique among the items of one kind.
 */
public sealed interface Item {
  String id();

  /** What is wrong with it in one sentence that names the field, or null. */
  default @Nullable String fault() {
    String missing = Check.missing((Record) this);
    return missing == null ? wrong() : missing + " is missing";
  }

  /** As {@link #fault}, where nothing is missing. */
  @Nullable String wrong();

  /** Names of kinds, in the order people read them. */
  enum Kind {
    USER("user", User.class),
    TEAM("team", Team.class),
    ROLE("role", Role.class),
    LABEL("label", Label.class),
    CANNED("canned", Canned.class),
    HOURS("hours", Hours.class),
    VIEW("view", View.class),
    RULE("rule", Rule.class),
    INBOX("inbox", Inbox.class),
    ENDPOINT("endpoint", Endpoint.class),
    APIKEY("apikey", ApiKey.class),
    POLICY("policy", Policy.class);

    private final String word;
    private final Class<? extends Item> type;

    Kind(String word, Class<? extends Item> type) {
      this.word = word;
      this.type = type;
    }

    public String word() {
      return word;
    }

    public Class<? extends Item> type() {
      return type;
    }

    /** Null for a word that names no kind. */
    public static @Nullable Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      return null;
    }
  }

  default Kind kind() {
    return switch (this) {
      case User _ -> Kind.USER;
      case Team _ -> Kind.TEAM;
      case Role _ -> Kind.ROLE;
      case Label _ -> Kind.LABEL;
      case Canned _ -> Kind.CANNED;
      case Hours _ -> Kind.HOURS;
      case View _ -> Kind.VIEW;
      case Rule _ -> Kind.RULE;
      case Inbox _ -> Kind.INBOX;
      case Endpoint _ -> Kind.ENDPOINT;
      case ApiKey _ -> Kind.APIKEY;
      case Policy _ -> Kind.POLICY;
    };
  }

  /**
   * Somebody of the company.
   *
   * @param name what customers read beside an answer
   * @param email for signing in and mails; null: nobody can sign in with a password
   * @param teams empty: not bound to any
   * @param language of mails, {@code es}, {@code en} or {@code pt}
   */
  record User(
      String id,
      String name,
      @Nullable String email,
      List<String> roles,
      List<String> teams,
      boolean suspended,
      @Nullable String language)
      implements Item {
    /** The role of those who let others in. */
    public static final String ADMINISTRATOR = "administrator";

    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .hold(email == null || isEmail(email), "email must be like ana@example.com")
          .hold(roles.size() <= 20 && teams.size() <= 50, "at most 20 roles and 50 teams")
          .hold(
              language == null || List.of("es", "en", "pt").contains(language),
              "language must be es, en or pt")
          .fault();
    }

    /** Whether this one can let others in. */
    public boolean administers() {
      return !suspended && roles.contains(ADMINISTRATOR);
    }

    /** Whether this is the address somebody signs in with; letters' case does not count. */
    public boolean is(String address) {
      return email != null && email.equalsIgnoreCase(address);
    }
  }

  /**
   * People who look after some inboxes.
   *
   * @param inboxes {@code channel:account}, such as {@code web:shop}; empty: all
   */
  record Team(String id, String name, List<String> inboxes) implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .texts("inboxes", inboxes, 100, 200)
          .fault();
    }
  }

  /** A role of the workspace's own. {@code acts}: words of what it may do. */
  record Role(String id, String name, List<String> acts) implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check().name("id", id).text("name", name, 100).texts("acts", acts, 60, 40).fault();
    }
  }

  record Label(String id, String name, String colour) implements Item {
    private static final List<String> COLOURS =
        List.of("grey", "red", "orange", "yellow", "green", "teal", "blue", "purple");

    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 40)
          .hold(COLOURS.contains(colour), "colour must be one of " + String.join(", ", COLOURS))
          .fault();
    }
  }

  /**
   * A text that is said again and again.
   *
   * @param shortcut what is typed after a slash
   * @param text may hold <code>{{name}}</code> and <code>{{agent}}</code>
   */
  record Canned(String id, String shortcut, String text, @Nullable String language)
      implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .hold(
              shortcut.matches("[\\p{L}\\p{N}_-]{1,40}"),
              "shortcut must be 1 to 40 letters, digits, - and _")
          .text("text", text, 4000)
          .fault();
    }
  }

  /** From a time of day to another; one that is not later than {@code from} is of the next day. */
  record Period(String from, String to) {
    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d|24:00");

    boolean sound() {
      return TIME.matcher(from).matches() && TIME.matcher(to).matches() && !from.equals("24:00");
    }
  }

  /** {@code day}: 1 = Monday to 7 = Sunday. */
  record Opening(int day, String from, String to) {
    public Period period() {
      return new Period(from, to);
    }
  }

  /** A date like {@code 2026-12-25}, which replaces the day of the week; no periods: closed. */
  record Holiday(String date, String name, List<Period> periods) {}

  /**
   * When somebody answers.
   *
   * @param zone of the tz database, such as {@code America/Montevideo}
   */
  record Hours(String id, String name, String zone, List<Opening> week, List<Holiday> holidays)
      implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .hold(
              ZoneId.getAvailableZoneIds().contains(zone),
              "zone must be a time zone such as America/Montevideo")
          .hold(week.size() <= 70 && holidays.size() <= 500, "at most 70 periods, 500 holidays")
          .hold(
              week.stream().allMatch(o -> o.day >= 1 && o.day <= 7 && o.period().sound()),
              "week must hold days 1 to 7 with times like 09:00")
          .hold(
              holidays.stream().allMatch(h -> h.periods.stream().allMatch(Period::sound)),
              "holidays must hold times like 09:00")
          .hold(
              holidays.stream().allMatch(h -> isDate(h.date)),
              "holidays must each have a date like 2026-12-25")
          .fault();
    }
  }

  /** A look at the inbox that somebody gave a name. Empty lists: whatever. */
  record View(String id, String name, String filter, List<String> inboxes, List<String> labels)
      implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .hold(
              List.of("open", "mine", "unassigned", "resolved").contains(filter),
              "filter must be open, mine, unassigned or resolved")
          .texts("inboxes", inboxes, 100, 200)
          .texts("labels", labels, 20, 40)
          .fault();
    }
  }

  /**
   * What is done when a conversation opens.
   *
   * @param inboxes it must have come by one of these; empty: whatever
   * @param words one of which the first message must have; empty: whatever
   */
  record Rule(
      String id,
      String name,
      List<String> inboxes,
      List<String> words,
      List<String> labels,
      @Nullable String priority,
      @Nullable String assignee)
      implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .texts("inboxes", inboxes, 100, 200)
          .texts("words", words, 50, 60)
          .texts("labels", labels, 20, 40)
          .hold(
              priority == null || List.of("low", "normal", "high", "urgent").contains(priority),
              "priority must be low, normal, high or urgent")
          .fault();
    }
  }

  /**
   * A place on websites where visitors write; the id is what the page names.
   *
   * @param origins pages that may open it beside the gateway's own; {@code *} is any
   * @param hours id of office hours
   */
  record Inbox(
      String id,
      String name,
      List<String> origins,
      @Nullable String greeting,
      @Nullable String hours)
      implements Item {
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@*\\s]+");

    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .hold(
              origins.size() <= 100
                  && origins.stream().allMatch(o -> o.equals("*") || ORIGIN.matcher(o).matches()),
              "origins must each be * or like https://shop.example, with no path")
          .hold(
              greeting == null || (!greeting.isBlank() && greeting.length() <= 1000),
              "greeting must have 1 to 1000 letters")
          .fault();
    }
  }

  /**
   * Accounts of one channel; the id is the last part of the webhook's address.
   *
   * @param settings as JSON, without the secrets
   * @param secrets where in the settings the vault holds something
   * @param vault under which name; null for none
   */
  record Endpoint(
      String id,
      String type,
      String name,
      boolean on,
      Map<String, Object> settings,
      List<String> secrets,
      @Nullable String vault)
      implements Item {
    @Override
    public @Nullable String wrong() {
      return new Check()
          .hold(id.matches("[A-Za-z0-9_-]{1,64}"), "id must be 1 to 64 letters, digits, - and _")
          .name("type", type)
          .text("name", name, 100)
          .texts("secrets", secrets, 100, 200)
          .fault();
    }
  }

  /** The hash of a key, and until when it is good; null = as long as its program is. */
  record KeyHash(String hash, @Nullable Long until) {}

  /**
   * A program.
   *
   * @param role {@code bot} or {@code integration}
   * @param acts words of what it may do at the most; empty: all that its role may
   * @param expires ms, or null
   * @param requests a minute
   * @param messages a minute
   */
  record ApiKey(
      String id,
      String name,
      String role,
      List<String> acts,
      List<String> teams,
      List<KeyHash> keys,
      @Nullable Long expires,
      int requests,
      int messages)
      implements Item {
    public static final int REQUESTS = 600;
    public static final int MESSAGES = 60;

    @Override
    public @Nullable String wrong() {
      return new Check()
          .name("id", id)
          .text("name", name, 100)
          .hold(List.of("bot", "integration").contains(role), "role must be bot or integration")
          .texts("acts", acts, 60, 40)
          .hold(teams.size() <= 50 && keys.size() <= 5, "at most 50 teams and 5 keys")
          .hold(requests >= 1 && requests <= 1_000_000, "requests must be 1 to 1000000 a minute")
          .hold(messages >= 1 && messages <= 1_000_000, "messages must be 1 to 1000000 a minute")
          .fault();
    }
  }

  /**
   * What holds for everybody. There is one, with the id {@code policy}.
   *
   * @param secondFactor {@code optional} or {@code required}
   */
  record Policy(String id, String secondFactor, int sessionDays, int auditDays) implements Item {
    public static final Policy USUAL = new Policy("policy", "optional", 14, 365);

    @Override
    public @Nullable String wrong() {
      return new Check()
          .hold(id.equals("policy"), "id must be policy")
          .hold(
              List.of("optional", "required").contains(secondFactor),
              "secondFactor must be optional or required")
          .hold(sessionDays >= 1 && sessionDays <= 90, "sessionDays must be 1 to 90")
          .hold(auditDays >= 1 && auditDays <= 3650, "auditDays must be 1 to 3650")
          .fault();
    }
  }

  private static boolean isEmail(String text) {
    return text.length() <= 254 && text.matches("[^\\s@<>\"]+@[^\\s@<>\"]+\\.[^\\s@<>\"]+");
  }

  private static boolean isDate(String text) {
    try {
      LocalDate.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }
}
