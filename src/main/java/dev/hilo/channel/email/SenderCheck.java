package dev.hilo.channel.email;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our own check of who sent a mail, where no server of ours stands before us: SPF, DKIM and DMARC.
 * For virtual threads.
 */
final class SenderCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int QUESTIONS = 100;

  private final Dns dns;

  SenderCheck(Dns dns) {
    this.dns = dns;
  }

  /**
   * @param results for {@code Authentication-Results} (RFC 8601), beginning with a semicolon
   */
  record Verdict(Authenticity level, String results) {}

  /**
   * @param helo by which the client greeted
   * @param from of the envelope, empty for reports
   */
  Verdict check(InetAddress client, String helo, String from, byte[] raw, Headers headers) {
    var names = new PatientDns(dns, PATIENCE, QUESTIONS);
    SpfCheck.Result spf = SpfCheck.check(client, helo, from, names);
    List<DkimCheck.Result> dkim = DkimCheck.check(raw, names);
    var results = new StringBuilder();
    results.append(";\r\n\tspf=").append(spf.result());
    if (!spf.domain().isEmpty()) {
      results.append(spf.ofHelo() ? " smtp.helo=" : " smtp.mailfrom=").append(spf.domain());
    }
    if (dkim.isEmpty()) {
      results.append(";\r\n\tdkim=none");
    }
    for (DkimCheck.Result each : dkim) {
      results.append(";\r\n\tdkim=").append(each.result());
      if (!each.domain().isEmpty()) {
        results.append(" header.d=").append(each.domain());
      }
      if (!each.selector().isEmpty()) {
        results.append(" header.s=").append(each.selector());
      }
    }
    String domain = domain(headers);
    if (domain == null) {
      results.append(";\r\n\tdmarc=permerror (not one mailbox in From)");
      return new Verdict(Authenticity.UNVERIFIED, results.toString());
    }
    DmarcCheck.Result dmarc = dmarc(domain, spf, dkim, names);
    results.append(";\r\n\tdmarc=").append(dmarc.result()).append(" header.from=").append(domain);
    Authenticity level =
        switch (dmarc.result()) {
          case "pass" -> Authenticity.VERIFIED;
          case "fail" ->
              dmarc.policy() == DmarcCheck.Policy.NONE
                  ? Authenticity.UNVERIFIED
                  : Authenticity.FAILED;
          default -> Authenticity.UNVERIFIED;
        };
    return new Verdict(level, results.toString());
  }

  private static DmarcCheck.Result dmarc(
      String domain, SpfCheck.Result spf, List<DkimCheck.Result> dkim, Dns names) {
    var proved = new LinkedHashSet<DmarcCheck.Proved>();
    if (spf.result().equals("pass")) {
      proved.add(new DmarcCheck.Proved(spf.domain(), true));
    }
    dkim.stream()
        .filter(d -> d.result().equals("pass") && !d.domain().isEmpty())
        .forEach(d -> proved.add(new DmarcCheck.Proved(d.domain(), false)));
    boolean uncertain =
        spf.result().equals("temperror")
            || dkim.stream().anyMatch(d -> d.result().equals("temperror"));
    return new DmarcCheck(names).check(domain, proved, uncertain);
  }

  /** That of the one mailbox in the one From; null if it is not so. */
  private static @Nullable String domain(Headers headers) {
    List<String> froms = headers.all("from");
    if (froms.size() != 1) {
      return null;
    }
    var from = MailAddress.parse(froms.getFirst());
    if (from.odd() || from.mailboxes().size() != 1) {
      return null;
    }
    String domain = from.mailboxes().getFirst().domain();
    return domain.matches("[a-z0-9._-]{1,255}") ? domain : null;
  }
}
