package dev.hilo.channel.email;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the domain in From stands behind a mail (RFC 9989): with the walk up the tree of names,
 * without a list of public suffixes.
 */
final class DmarcCheck {
  private static final int MAX_LABELS = 8;

  private final Dns dns;
  private final Map<String, List<PolicyRecord>> walks = new HashMap<>();

  DmarcCheck(Dns dns) {
    this.dns = dns;
  }

  /** What the owner of a domain wants done with what it does not stand behind. */
  enum Policy {
    NONE,
    QUARANTINE,
    REJECT
  }

  /**
   * @param result as in {@code Authentication-Results}
   * @param policy that of the domain, for a {@code fail}
   */
  record Result(String result, Policy policy) {}

  /** A policy record and the name it stands at. */
  private record PolicyRecord(String domain, Map<String, String> tags) {
    boolean says(String tag, String value) {
      return value.equals(tags.get(tag));
    }
  }

  /**
   * @param domain of the one mailbox in From
   * @param passed domains that SPF or DKIM proved, with what they are
   * @param uncertain SPF or DKIM could not be checked for now
   */
  Result check(String domain, Set<Proved> passed, boolean uncertain) {
    try {
      List<PolicyRecord> walk = walk(domain);
      PolicyRecord record = policyRecord(domain, walk);
      if (record == null) {
        return new Result("none", Policy.NONE);
      }
      for (Proved proved : passed) {
        if (aligned(domain, proved, record)) {
          return new Result("pass", Policy.NONE);
        }
      }
      return new Result(uncertain ? "temperror" : "fail", policy(domain, record));
    } catch (Dns.Unanswered e) {
      return new Result("temperror", Policy.NONE);
    }
  }

  /**
   * A domain that one of the two proved.
   *
   * @param bySpf else by DKIM
   */
  record Proved(String domain, boolean bySpf) {}

  private boolean aligned(String domain, Proved proved, PolicyRecord record) throws Dns.Unanswered {
    if (proved.domain().equals(domain)) {
      return true;
    }
    boolean strict = record.says(proved.bySpf() ? "aspf" : "adkim", "s");
    // only names on one branch, or beside each other, can be of one organisation
    return !strict && organisation(domain).equals(organisation(proved.domain()));
  }

  /** The name of the organisation that a domain belongs to. */
  String organisation(String domain) throws Dns.Unanswered {
    List<PolicyRecord> walk = walk(domain);
    for (PolicyRecord record : walk) {
      if (record.says("psd", "n")) {
        return record.domain();
      }
      if (record.says("psd", "y") && !record.domain().equals(domain)) {
        String below = domain.substring(0, domain.length() - record.domain().length() - 1);
        return below.substring(below.lastIndexOf('.') + 1) + "." + record.domain();
      }
    }
    return walk.isEmpty() ? domain : walk.getLast().domain();
  }

  /** That of the domain itself, else of its organisation, else of the public suffix above. */
  private @Nullable PolicyRecord policyRecord(String domain, List<PolicyRecord> walk)
      throws Dns.Unanswered {
    String organisation = organisation(domain);
    PolicyRecord above = null;
    for (PolicyRecord record : walk) {
      if (record.domain().equals(domain)) {
        return record;
      }
      if (record.domain().equals(organisation)) {
        above = record;
      } else if (above == null && record.says("psd", "y")) {
        above = record;
      }
    }
    return above;
  }

  private Policy policy(String domain, PolicyRecord record) throws Dns.Unanswered {
    Policy own = policy(record.tags().get("p"));
    Policy policy = own == null ? Policy.NONE : own;
    if (!record.domain().equals(domain)) {
      Policy sub = policy(record.tags().get("sp"));
      Policy nobody = policy(record.tags().get("np"));
      if (nobody != null && !dns.ask(domain, Dns.Type.A).exists()) {
        policy = nobody;
      } else if (sub != null) {
        policy = sub;
      }
    }
    if (!record.says("t", "y")) {
      return policy;
    }
    return switch (policy) {
      case NONE, QUARANTINE -> Policy.NONE;
      case REJECT -> Policy.QUARANTINE;
    };
  }

  private static @Nullable Policy policy(@Nullable String text) {
    return switch (text) {
      case "none" -> Policy.NONE;
      case "quarantine" -> Policy.QUARANTINE;
      case "reject" -> Policy.REJECT;
      case null, default -> null;
    };
  }

  /** The records on the way up, the deepest first. */
  private List<PolicyRecord> walk(String start) throws Dns.Unanswered {
    List<PolicyRecord> known = walks.get(start);
    if (known != null) {
      return known;
    }
    var found = new LinkedHashMap<String, PolicyRecord>();
    String name = start;
    while (!name.isEmpty()) {
      PolicyRecord record = record(name);
      if (record != null) {
        found.put(name, record);
        if (record.says("psd", "y") || record.says("psd", "n")) {
          break;
        }
      }
      name = above(name);
    }
    List<PolicyRecord> walk = List.copyOf(found.values());
    walks.put(start, walk);
    return walk;
  }

  /** One label less; of long names the last seven. */
  private static String above(String name) {
    String[] labels = name.split("\\.");
    int skip = labels.length >= MAX_LABELS ? labels.length - MAX_LABELS + 1 : 1;
    return String.join(".", List.of(labels).subList(Math.min(skip, labels.length), labels.length));
  }

  private @Nullable PolicyRecord record(String name) throws Dns.Unanswered {
    Map<String, String> only = null;
    for (String text : dns.ask("_dmarc." + name, Dns.Type.TXT).records()) {
      Map<String, String> tags = tags(text);
      if (tags != null) {
        if (only != null) {
          return null; // several count as none
        }
        only = tags;
      }
    }
    return only == null ? null : new PolicyRecord(name, only);
  }

  /** The tags of a record; null if it is none, or none that says what to do. */
  private static @Nullable Map<String, String> tags(String text) {
    String[] parts = text.split(";", 50);
    if (!parts[0].replaceAll("\\s", "").equals("v=DMARC1")) {
      return null;
    }
    var tags = new HashMap<String, String>();
    var seen = new HashSet<String>();
    for (String part : parts) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        String tag = part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        if (seen.add(tag)) {
          tags.put(tag, part.substring(equals + 1).strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    String p = tags.get("p");
    return p == null || policy(p) != null || tags.containsKey("rua") ? Map.copyOf(tags) : null;
  }
}
