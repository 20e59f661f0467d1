package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the mailbox's own server says of the sender (RFC 8601). */
enum Authenticity {
  /** The From address was proved to be the sender's: DMARC passed. */
  VERIFIED,
  /** Nobody who is trusted said anything. */
  UNVERIFIED,
  /** The mailbox's server says that the sender is not who the mail says. */
  FAILED;

  /** What Microsoft 365 puts before its results instead of a name: nothing. */
  private static final String MICROSOFT = "protection.outlook.com";

  private static final String FIELD = "authentication-results";
  private static final Pattern DMARC =
      Pattern.compile("^dmarc\\s*=\\s*([a-z]+)(.*)$", Pattern.DOTALL);
  private static final Pattern ARC = Pattern.compile("^arc\\s*=\\s*pass\\b.*", Pattern.DOTALL);
  private static final Pattern HEADER_FROM = Pattern.compile("\\bheader\\.from\\s*=\\s*([^\\s;]+)");
  private static final Pattern HARMLESS_FAIL =
      Pattern.compile(
          "\\bdmarc\\s*=\\s*fail\\b[^;]*?\\b(?:p|action|policy\\.dmarc)\\s*=\\s*none\\b");

  /**
   * What a trusted server found; {@code harmless}: the domain asks for nothing where DMARC fails.
   */
  private record Result(String word, @Nullable String about, boolean harmless) {}

  /**
   * Reads only the topmost run of {@code Authentication-Results}: whatever is below may have been
   * written by the sender. Everything but a pass in it outweighs a pass.
   *
   * @param trusted the authserv-id of the mailbox's server, null if none is trusted; {@code
   *     protection.outlook.com} for Microsoft 365, which names itself in no way
   * @param sealers domains of forwarders whose ARC seal is believed, if the mailbox's server found
   *     it whole
   */
  static Authenticity of(Headers headers, @Nullable String trusted, List<String> sealers) {
    List<String> froms = headers.all("from");
    if (trusted == null || froms.size() != 1) {
      return UNVERIFIED;
    }
    var from = MailAddress.parse(froms.getFirst());
    List<String> clauses = trustedClauses(headers, trusted);
    List<Result> results =
        clauses.stream().map(Authenticity::dmarc).filter(Objects::nonNull).toList();
    boolean one = !from.odd() && from.mailboxes().size() == 1;
    String domain = one ? from.mailboxes().getFirst().domain() : "";
    boolean forwarded =
        one
            && clauses.stream()
                .anyMatch(c -> ARC.matcher(plain(c).strip().toLowerCase(Locale.ROOT)).matches())
            && sealed(headers, sealers, domain);
    if (forwarded) {
      return VERIFIED;
    }
    if (results.isEmpty()) {
      return UNVERIFIED;
    }
    if (results.stream().anyMatch(r -> r.word.equals("fail") && !r.harmless)) {
      return FAILED;
    }
    return one && results.stream().allMatch(r -> passes(r, domain)) ? VERIFIED : UNVERIFIED;
  }

  private static boolean passes(Result result, String domain) {
    return result.word.equals("pass") && (result.about == null || result.about.equals(domain));
  }

  /** Whether the last seal is of a trusted forwarder, who saw DMARC pass for the domain. */
  private static boolean sealed(Headers headers, List<String> sealers, String domain) {
    int last =
        headers.all("arc-seal").stream().mapToInt(s -> instance(tags(s).get("i"))).max().orElse(0);
    for (String seal : headers.all("arc-seal")) {
      var tags = tags(seal);
      String sealer = tags.getOrDefault("d", "").toLowerCase(Locale.ROOT);
      if (instance(tags.get("i")) == last && !sealers.contains(sealer)) {
        return false;
      }
    }
    for (String seen : headers.all("arc-authentication-results")) {
      List<String> clauses = clauses(seen);
      if (clauses.getFirst().replace(" ", "").equals("i=" + last)) {
        return clauses.stream()
            .map(Authenticity::dmarc)
            .anyMatch(r -> r != null && r.word.equals("pass") && domain.equals(r.about));
      }
    }
    return false;
  }

  /** A tag list (RFC 6376, 3.2). */
  private static Map<String, String> tags(String value) {
    var tags = new HashMap<String, String>();
    for (String tag : value.split(";", -1)) {
      int equals = tag.indexOf('=');
      if (equals > 0) {
        tags.putIfAbsent(
            tag.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            tag.substring(equals + 1).strip());
      }
    }
    return tags;
  }

  private static int instance(@Nullable String tag) {
    return tag != null && tag.matches("[0-9]{1,2}") ? Integer.parseInt(tag) : 0;
  }

  /** The clauses of the trusted run, with their comments. */
  private static List<String> trustedClauses(Headers headers, String trusted) {
    var found = new ArrayList<String>();
    boolean inside = false;
    for (Headers.Field field : headers.fields()) {
      if (!field.name().equals(FIELD)) {
        if (inside) {
          break;
        }
        continue;
      }
      List<String> clauses = clauses(field.value());
      String name = plain(clauses.getFirst()).strip().split("\\s+", 2)[0];
      boolean nameless = name.indexOf('=') > 0;
      boolean ours =
          nameless ? trusted.equalsIgnoreCase(MICROSOFT) : name.equalsIgnoreCase(trusted);
      if (!inside && !ours) {
        break;
      }
      inside = true;
      if (ours) {
        found.addAll(nameless ? clauses : clauses.subList(1, clauses.size()));
      }
    }
    return found;
  }

  private static @Nullable Result dmarc(String clause) {
    var dmarc = DMARC.matcher(plain(clause).strip().toLowerCase(Locale.ROOT));
    if (!dmarc.matches()) {
      return null;
    }
    var about = HEADER_FROM.matcher(dmarc.group(2));
    return new Result(
        dmarc.group(1),
        about.find() ? about.group(1) : null,
        HARMLESS_FAIL.matcher(clause.toLowerCase(Locale.ROOT)).find());
  }

  /** Parted at semicolons, but not within comments and quoted strings. */
  private static List<String> clauses(String value) {
    var all = new ArrayList<String>();
    int depth = 0;
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && (quoted || depth > 0)) {
        i++;
      } else if (c == '"' && depth == 0) {
        quoted = !quoted;
      } else if (c == '(' && !quoted) {
        depth++;
      } else if (c == ')' && !quoted && depth > 0) {
        depth--;
      } else if (c == ';' && !quoted && depth == 0) {
        all.add(value.substring(start, i));
        start = i + 1;
      }
    }
    all.add(value.substring(start));
    return all;
  }

  /** Without comments and quoted strings, in which anything may stand. */
  private static String plain(String value) {
    var out = new StringBuilder();
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && (quoted || depth > 0)) {
        i++;
      } else if (c == '"' && depth == 0) {
        quoted = !quoted;
      } else if (c == '(' && !quoted) {
        depth++;
      } else if (c == ')' && !quoted && depth > 0) {
        depth--;
      } else if (!quoted && depth == 0) {
        out.append(c);
      }
    }
    return out.toString();
  }
}
