package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  private static final String FIELD = "authentication-results";
  private static final Pattern DMARC =
      Pattern.compile("^dmarc\\s*=\\s*([a-z]+)(.*)$", Pattern.DOTALL);
  private static final Pattern HEADER_FROM = Pattern.compile("\\bheader\\.from\\s*=\\s*([^\\s;]+)");

  /**
   * Reads only the topmost run of {@code Authentication-Results}: whatever is below may have been
   * written by the sender. Everything but a pass in it outweighs a pass.
   *
   * @param trusted the authserv-id of the mailbox's server, null if none is trusted
   */
  static Authenticity of(Headers headers, @Nullable String trusted) {
    List<String> froms = headers.all("from");
    if (trusted == null || froms.size() != 1) {
      return UNVERIFIED;
    }
    var from = MailAddress.parse(froms.getFirst());
    var results = results(headers, trusted);
    if (results.isEmpty()) {
      return UNVERIFIED;
    }
    if (results.stream().anyMatch(r -> r.startsWith("fail"))) {
      return FAILED;
    }
    if (from.odd() || from.mailboxes().size() != 1) {
      return UNVERIFIED;
    }
    String domain = from.mailboxes().getFirst().domain();
    return results.stream().allMatch(r -> r.equals("pass " + domain) || r.equals("pass"))
        ? VERIFIED
        : UNVERIFIED;
  }

  /**
   * Each DMARC result of the trusted run: the result, and the domain it is about if that is said.
   */
  private static List<String> results(Headers headers, String trusted) {
    var found = new ArrayList<String>();
    boolean inside = false;
    for (Headers.Field field : headers.fields()) {
      if (!field.name().equals(FIELD)) {
        if (inside) {
          break;
        }
        continue;
      }
      String[] clauses = plain(field.value()).split(";", -1);
      boolean ours = clauses[0].strip().split("\\s+", 2)[0].equalsIgnoreCase(trusted);
      if (!inside && !ours) {
        break;
      }
      inside = true;
      for (int i = 1; ours && i < clauses.length; i++) {
        var dmarc = DMARC.matcher(clauses[i].strip().toLowerCase(Locale.ROOT));
        if (dmarc.matches()) {
          var about = HEADER_FROM.matcher(dmarc.group(2));
          found.add(dmarc.group(1) + (about.find() ? " " + about.group(1) : ""));
        }
      }
    }
    return found;
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
