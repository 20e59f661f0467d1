package dev.hilo.access;

import dev.hilo.conversation.CustomerId;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Item;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one table of rights: what each role may do. A visitor's device acts on its own thread only,
 * whatever topic it names.
 */
public final class Permissions {
  /** What may be asked of the gateway. */
  public enum Act {
    WATCH,
    SAY,
    READ,
    TYPE,
    REACT,
    EDIT,
    PUT,
    INBOX,
    CARD,
    NOTE,
    ASSIGN,
    RESOLVE,
    REOPEN,
    LABEL,
    PRIORITY,
    ATTRIBUTES,
    JOIN,
    ASK_PROOF,
    PROVE,
    LINK,
    /** See those settings that everybody works with. */
    DESK,
    /** Labels, canned answers, views, rules, office hours. */
    TEXTS,
    /** Users, teams and roles, and others' sign-ins. */
    USERS,
    KEYS,
    /** Endpoints and website inboxes. */
    ENDPOINTS,
    /** What holds for everybody's sign-in, and how long the audit trail is kept. */
    SECURITY,
    AUDIT;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Null for a word that names none. */
    public static @Nullable Act of(String word) {
      for (Act act : values()) {
        if (act.word().equals(word)) {
          return act;
        }
      }
      return null;
    }
  }

  private static final Set<Act> AGENT =
      EnumSet.complementOf(
          EnumSet.of(
              Act.PROVE,
              Act.LINK,
              Act.TEXTS,
              Act.USERS,
              Act.KEYS,
              Act.ENDPOINTS,
              Act.SECURITY,
              Act.AUDIT));

  /** What the roles may do that every workspace has. */
  public static final Map<String, Set<Act>> ROLES = roles();

  private static Map<String, Set<Act>> roles() {
    Map<String, Set<Act>> roles = new LinkedHashMap<>();
    roles.put("agent", Collections.unmodifiableSet(AGENT));
    EnumSet<Act> supervisor = EnumSet.copyOf(AGENT);
    supervisor.add(Act.TEXTS);
    roles.put("supervisor", Collections.unmodifiableSet(supervisor));
    roles.put(
        Item.User.ADMINISTRATOR,
        Collections.unmodifiableSet(
            EnumSet.of(Act.DESK, Act.TEXTS, Act.USERS, Act.KEYS, Act.ENDPOINTS, Act.SECURITY)));
    roles.put("auditor", Collections.unmodifiableSet(EnumSet.of(Act.DESK, Act.AUDIT)));
    EnumSet<Act> bot = EnumSet.copyOf(AGENT);
    bot.removeAll(List.of(Act.INBOX, Act.JOIN, Act.ASK_PROOF));
    roles.put("bot", Collections.unmodifiableSet(bot));
    roles.put("integration", Collections.unmodifiableSet(EnumSet.copyOf(AGENT)));
    return Collections.unmodifiableMap(roles);
  }

  /** A customer's device, on its own thread. */
  static final Rights DEVICE =
      new Rights(
          List.of("device"),
          Collections.unmodifiableSet(
              EnumSet.of(
                  Act.WATCH, Act.SAY, Act.READ, Act.TYPE, Act.REACT, Act.EDIT, Act.PUT, Act.PROVE,
                  Act.LINK)),
          null);

  private final Rosters rosters;

  public Permissions(Rosters rosters) {
    this.rosters = rosters;
  }

  /** What these roles may do together; a role that is gone may do nothing. */
  static Set<Act> acts(Desk desk, Collection<String> roles) {
    Set<Act> acts = EnumSet.noneOf(Act.class);
    for (String id : roles) {
      Item.Role own = desk.find(Item.Role.class, id);
      if (ROLES.containsKey(id)) {
        acts.addAll(ROLES.getOrDefault(id, Set.of()));
      } else if (own != null) {
        for (String word : own.acts()) {
          Act act = Act.of(word);
          if (act != null) {
            acts.add(act);
          }
        }
      }
    }
    return Collections.unmodifiableSet(acts);
  }

  /** What it takes to change items of this kind. */
  public static Act toChange(Item.Kind kind) {
    return switch (kind) {
      case USER, TEAM, ROLE -> Act.USERS;
      case LABEL, CANNED, HOURS, VIEW, RULE -> Act.TEXTS;
      case INBOX, ENDPOINT -> Act.ENDPOINTS;
      case APIKEY -> Act.KEYS;
      case POLICY -> Act.SECURITY;
    };
  }

  /** Whether {@code who} may do this in its workspace at all. */
  public boolean may(Principal who, Act act) {
    return rosters.rights(who).acts().contains(act);
  }

  /** Whether {@code who} may do this to a customer's thread, if that is within its reach. */
  public boolean may(Principal who, Act act, CustomerId topic) {
    return who.workspace().equals(topic.workspace())
        && (!topic.isOwn() || topic.equals(CustomerId.unrouted(topic.workspace())))
        && may(who, act)
        && (!(who instanceof Principal.Visitor v) || v.home().equals(topic));
  }

  /**
   * Whether a thread is within somebody's reach.
   *
   * @param inboxes the customer came by, {@code channel:account}
   * @param assignee who looks after it
   */
  public boolean reaches(Principal who, Collection<String> inboxes, @Nullable String assignee) {
    return who instanceof Principal.Visitor
        || who.author().id().equals(assignee)
        || rosters.rights(who).reach(inboxes);
  }
}
