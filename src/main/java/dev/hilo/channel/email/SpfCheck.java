package dev.hilo.channel.email;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;
import org.apache.james.jspf.executor.SPFResult;
import org.apache.james.jspf.impl.SPF;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the client may send for the domain of the envelope's sender (RFC 7208). */
final class SpfCheck {
  private static final Logger log = LoggerFactory.getLogger(SpfCheck.class);
  private static final int MAX_VOID = 2;
  private static final List<String> RESULTS =
      List.of("pass", "fail", "softfail", "neutral", "none", "temperror", "permerror");

  private SpfCheck() {}

  /**
   * @param result as in {@code Authentication-Results}
   * @param domain that it is about; empty if there is none
   * @param ofHelo there is no sender: it is the domain by which the client greeted
   */
  record Result(String result, String domain, boolean ofHelo) {}

  /**
   * @param from of the envelope, empty for reports
   */
  static Result check(InetAddress client, String helo, String from, Dns dns) {
    boolean ofHelo = from.isEmpty();
    String address = MailAddress.normalised(ofHelo ? "postmaster@" + helo : from);
    if (address == null || address.endsWith("]") || address.indexOf('.') < 0) {
      return new Result("none", "", ofHelo);
    }
    String domain = MailAddress.domain(address);
    var names = new Names(dns);
    String result;
    try {
      SPFResult found = new SPF(names).checkSPF(client.getHostAddress(), address, helo);
      result = found.getResult().toLowerCase(Locale.ROOT);
      if (names.voids > MAX_VOID && !result.equals("temperror")) {
        result = "permerror";
      }
    } catch (RuntimeException e) {
      log.debug("an SPF record broke the check: {}", e.toString());
      result = "permerror";
    }
    return new Result(RESULTS.contains(result) ? result : "permerror", domain, ofHelo);
  }

  private static final class Names implements DNSService {
    private final Dns dns;
    private int limit = 10;
    private int voids;

    Names(Dns dns) {
      this.dns = dns;
    }

    @Override
    public List<String> getRecords(DNSRequest request) throws TimeoutException {
      Dns.Type type =
          switch (request.getRecordType()) {
            case DNSRequest.A -> Dns.Type.A;
            case DNSRequest.AAAA -> Dns.Type.AAAA;
            case DNSRequest.MX -> Dns.Type.MX;
            case DNSRequest.PTR -> Dns.Type.PTR;
            case DNSRequest.TXT -> Dns.Type.TXT;
            default -> null; // records of the type SPF are of the past
          };
      if (type == null) {
        return List.of();
      }
      try {
        List<String> records = dns.ask(request.getHostname(), type).records();
        if (records.isEmpty() && type != Dns.Type.TXT) {
          voids++;
        }
        var answer = new ArrayList<String>(); // it is changed by whoever asks
        records.stream().filter(r -> !r.isEmpty()).forEach(answer::add);
        return answer;
      } catch (Dns.Unanswered e) {
        throw new TimeoutException(e.getMessage());
      }
    }

    @Override
    public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
      try {
        return CompletableFuture.completedFuture(getRecords(request));
      } catch (TimeoutException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    @Override
    public List<String> getLocalDomainNames() {
      return List.of();
    }

    @Override
    public void setTimeOut(int seconds) {
      // the patience is that of the whole check
    }

    @Override
    public int getRecordLimit() {
      return limit;
    }

    @Override
    public void setRecordLimit(int records) {
      limit = records;
    }
  }
}
