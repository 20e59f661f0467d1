package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.Headers;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which domains signed a mail as it came (RFC 6376, RFC 8301). */
final class DkimCheck {
  private static final Logger log = LoggerFactory.getLogger(DkimCheck.class);
  private static final String SIGNATURE = "dkim-signature";
  private static final int MAX_SIGNATURES = 5;
  private static final int MIN_KEY_BITS = 1024;
  private static final Pattern KEY = Pattern.compile("(?:^|;)\\s*p\\s*=([^;]*)");
  private static final Pattern RSA = Pattern.compile("(?:^|;)\\s*a\\s*=\\s*rsa-sha256\\s*(?:;|$)");
  private static final Pattern LENGTH = Pattern.compile("(?:^|;)\\s*l\\s*=");
  private static final Pattern DOMAIN = Pattern.compile("(?:^|;)\\s*d\\s*=\\s*([^;\\s]+)");
  private static final Pattern SELECTOR = Pattern.compile("(?:^|;)\\s*s\\s*=\\s*([^;\\s]+)");

  private DkimCheck() {}

  /**
   * @param result as in {@code Authentication-Results}
   * @param domain lower case; empty if the signature names none
   */
  record Result(String result, String domain, String selector) {}

  /**
   * One result for each of the first signatures. A signature of a kind that is unknown here, or
   * that leaves the end of the mail open, is neutral: it proves nothing.
   */
  static List<Result> check(byte[] raw, Dns dns) {
    var fields = Fields.of(raw);
    var results = new ArrayList<Result>();
    for (int i = 0; i < fields.all().size() && results.size() < MAX_SIGNATURES; i++) {
      String field = fields.all().get(i);
      if (!Fields.isNamed(field, SIGNATURE)) {
        continue;
      }
      String tags = field.substring(field.indexOf(':') + 1).replaceAll("[\r\n]", "");
      String result =
          !RSA.matcher(tags).find() || LENGTH.matcher(tags).find()
              ? "neutral"
              : verified(fields.only(i), raw, dns);
      results.add(new Result(result, tag(DOMAIN, tags), tag(SELECTOR, tags)));
    }
    return List.copyOf(results);
  }

  private static String tag(Pattern pattern, String tags) {
    var found = pattern.matcher(tags);
    String value = found.find() ? found.group(1).toLowerCase(Locale.ROOT) : "";
    return value.matches("[a-z0-9._-]{1,255}") ? value : "";
  }

  private static String verified(Fields fields, byte[] raw, Dns dns) {
    var verifier = new DKIMVerifier((methods, selector, domain) -> keys(dns, selector, domain));
    try (var body = new ByteArrayInputStream(raw, fields.body(), raw.length - fields.body())) {
      List<SignatureRecord> good = verifier.verify(fields, body);
      return good == null || good.isEmpty() ? "fail" : "pass";
    } catch (TempFailException e) {
      return "temperror";
    } catch (FailException | IOException e) {
      log.debug("a signature does not hold: {}", e.getMessage());
      return "fail";
    } catch (RuntimeException e) {
      log.debug("a signature broke the check: {}", e.toString());
      return "permerror";
    }
  }

  private static List<String> keys(Dns dns, CharSequence selector, CharSequence domain)
      throws TempFailException, PermFailException {
    List<String> records;
    try {
      records = dns.ask(selector + "._domainkey." + domain, Dns.Type.TXT).records();
    } catch (Dns.Unanswered e) {
      throw new TempFailException(String.valueOf(e.getMessage()));
    }
    for (String record : records) {
      if (isWeak(record)) {
        throw new PermFailException("a key of less than " + MIN_KEY_BITS + " bits");
      }
    }
    return records;
  }

  private static boolean isWeak(String record) {
    var key = KEY.matcher(record);
    if (!key.find()) {
      return false;
    }
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(key.group(1));
      var known = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(bytes));
      return known instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_KEY_BITS;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // what it is the verifier will say
    }
  }

  /** The fields as they stand in the mail, with their folding. */
  private record Fields(List<String> all, int body) implements Headers {
    static Fields of(byte[] raw) {
      var all = new ArrayList<String>();
      int at = 0;
      while (at < raw.length) {
        int end = lineEnd(raw, at);
        if (end - at <= 2) {
          return new Fields(all, end);
        }
        while (end < raw.length && (raw[end] == ' ' || raw[end] == '\t')) {
          end = lineEnd(raw, end);
        }
        if (all.size() < dev.hilo.channel.email.Headers.MAX_FIELDS) {
          all.add(new String(raw, at, Math.max(0, end - at - 2), UTF_8));
        }
        at = end;
      }
      return new Fields(all, raw.length);
    }

    private static int lineEnd(byte[] raw, int from) {
      int i = from;
      while (i < raw.length && raw[i] != '\n') {
        i++;
      }
      return Math.min(raw.length, i + 1);
    }

    /** The same with that signature alone. */
    Fields only(int signature) {
      var fewer = new ArrayList<String>();
      for (int i = 0; i < all.size(); i++) {
        if (i == signature || !isNamed(all.get(i), SIGNATURE)) {
          fewer.add(all.get(i));
        }
      }
      return new Fields(fewer, body);
    }

    @Override
    public List<String> getFields() {
      return all;
    }

    @Override
    public List<String> getFields(String name) {
      return all.stream().filter(f -> isNamed(f, name)).toList();
    }

    static boolean isNamed(String field, String name) {
      int colon = field.indexOf(':');
      return colon > 0 && field.substring(0, colon).strip().equalsIgnoreCase(name);
    }
  }
}
