package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.james.jdkim.DKIMSigner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is believed to have sent a mail that came straight to us. */
class SenderCheckTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
  private static final String TEXT =
      """
      From: Ana <ana@example.com>
      To: help@shop.example
      Subject: Hello
      Date: Sun, 22 Nov 2026 10:00:00 +0000
      Message-ID: <1@example.com>

      Where is  my parcel?

      """
          .replace("\n", "\r\n");

  private static KeyPair key;
  private static KeyPair small;

  private final Zone zone = new Zone();

  @BeforeAll
  static void keys() throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    key = generator.generateKeyPair();
    generator.initialize(768);
    small = generator.generateKeyPair();
  }

  @BeforeEach
  void records() {
    zone.txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine");
    zone.txt("s1._domainkey.example.com", record(key));
  }

  private static String record(KeyPair pair) {
    return "v=DKIM1; k=rsa; p=" + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
  }

  /** A table of records. */
  static final class Zone implements Dns {
    final Map<String, List<String>> records = new HashMap<>();
    final Set<String> broken = new HashSet<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final CountDownLatch open = new CountDownLatch(1);
    volatile boolean slow;

    void txt(String name, String... texts) {
      add(name, Type.TXT, texts);
    }

    void add(String name, Type type, String... texts) {
      records.put(name + " " + type, List.of(texts));
    }

    private void awaitOpen() {
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public Answer ask(String name, Type type) throws Unanswered {
      String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
      asked.add(plain + " " + type);
      if (slow) {
        awaitOpen();
      }
      if (broken.contains(plain)) {
        throw new Unanswered("broken");
      }
      boolean exists =
          records.keySet().stream()
              .anyMatch(k -> k.startsWith(plain + " ") || k.contains("." + plain + " "));
      return new Answer(exists, records.getOrDefault(plain + " " + type, List.of()));
    }
  }

  private SenderCheck.Verdict check(String from, String mail) {
    byte[] raw = mail.getBytes(UTF_8);
    return new SenderCheck(zone).check(CLIENT, "mta.example.com", from, raw, Headers.read(raw));
  }

  private static String signed(String mail, String domain, String template, KeyPair pair)
      throws Exception {
    var signer =
        new DKIMSigner(
            "v=1; a=rsa-sha256; c="
                + template
                + "; d="
                + domain
                + "; s=s1;"
                + " h=from:to:subject:date:message-id; b=; bh=;",
            pair.getPrivate());
    return signer.sign(new ByteArrayInputStream(mail.getBytes(UTF_8))) + "\r\n" + mail;
  }

  @ParameterizedTest
  @CsvSource({"relaxed/relaxed", "simple/simple", "relaxed/simple"})
  void aSignatureOfTheSendersDomainVouchesForHim(String canonicalisation) throws Exception {
    var verdict = check("bounce@list.example", signed(TEXT, "example.com", canonicalisation, key));
    assertThat(verdict.level()).isEqualTo(Authenticity.VERIFIED);
    assertThat(verdict.results())
        .contains("spf=none smtp.mailfrom=list.example")
        .contains("dkim=pass header.d=example.com header.s=s1")
        .contains("dmarc=pass header.from=example.com");
  }

  @Test
  void aChangedMailIsVouchedForByNobody() throws Exception {
    String mail = signed(TEXT, "example.com", "relaxed/relaxed", key);
    var verdict = check("x@list.example", mail.replace("parcel", "money"));
    assertThat(verdict.results()).contains("dkim=fail").contains("dmarc=fail");
    assertThat(verdict.level()).isEqualTo(Authenticity.FAILED);
    assertThat(check("x@list.example", mail.replace("Hello", "Hallo")).level())
        .isEqualTo(Authenticity.FAILED);
  }

  @Test
  void aSignatureOfAnotherDomainProvesNothing() throws Exception {
    zone.txt("s1._domainkey.evil.example", record(key));
    var verdict = check("x@evil.example", signed(TEXT, "evil.example", "relaxed/relaxed", key));
    assertThat(verdict.results())
        .contains("dkim=pass header.d=evil.example")
        .contains("dmarc=fail");
    assertThat(verdict.level()).isEqualTo(Authenticity.FAILED);
  }

  @Test
  void weakUnknownAndOpenSignaturesProveNothing() throws Exception {
    String open = signed(TEXT, "example.com", "relaxed/relaxed; l=5", key);
    assertThat(check("x@y.example", open).results()).contains("dkim=neutral");
    String unknown =
        signed(TEXT, "example.com", "relaxed/relaxed", key).replace("rsa-sha256", "ed25519-sha256");
    assertThat(check("x@y.example", unknown).results()).contains("dkim=neutral");
    zone.txt("s1._domainkey.example.com", record(small));
    String weak = signed(TEXT, "example.com", "relaxed/relaxed", small);
    assertThat(check("x@y.example", weak).results()).contains("dkim=fail");
  }

  @Test
  void whatCannotBeLookedUpIsNotAFailure() throws Exception {
    String mail = signed(TEXT, "example.com", "relaxed/relaxed", key);
    zone.broken.add("s1._domainkey.example.com");
    var verdict = check("x@list.example", mail);
    assertThat(verdict.results()).contains("dkim=temperror").contains("dmarc=temperror");
    assertThat(verdict.level()).isEqualTo(Authenticity.UNVERIFIED);
    zone.broken.clear();
    zone.broken.add("_dmarc.example.com");
    assertThat(check("x@list.example", mail).level()).isEqualTo(Authenticity.UNVERIFIED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v=spf1 ip4:192.0.2.0/24 -all | pass
          v=spf1 ip4:198.51.100.0/24 -all | fail
          v=spf1 ip4:198.51.100.0/24 ~all | softfail
          v=spf1 ?all | neutral
          v=spf1 ip4:nonsense -all | permerror
          v=spf1 mx -all | pass
          v=spf1 a:mta.example.com -all | pass
          v=spf1 include:good.example -all | pass
          v=spf1 redirect=good.example | pass
          v=spf1 include:broken.example -all | temperror
          v=spf1 include:missing.example -all | permerror
          v=spf1 include:loop.example -all | permerror
          v=spf1 a:n1.example a:n2.example a:n3.example ip4:192.0.2.7 -all | permerror
          v=spf1 exists:%{ir}.list.example -all | pass
          no record | none
          """)
  void spf(String record, String result) throws Exception {
    zone.txt("example.com", record);
    zone.add("example.com", Dns.Type.MX, "mx.example.com");
    zone.add("mx.example.com", Dns.Type.A, "192.0.2.7");
    zone.add("mta.example.com", Dns.Type.A, "192.0.2.7");
    zone.txt("good.example", "v=spf1 ip4:192.0.2.7 -all");
    zone.txt("loop.example", "v=spf1 include:loop.example -all");
    zone.add("7.2.0.192.list.example", Dns.Type.A, "127.0.0.2");
    zone.broken.add("broken.example");
    assertThat(SpfCheck.check(CLIENT, "mta.example.com", "ana@example.com", zone).result())
        .isEqualTo(result);
  }

  @Test
  void spfAsksTenNamesAtMost() {
    var all = new StringBuilder("v=spf1");
    for (int i = 0; i < 12; i++) {
      all.append(" include:n").append(i).append(".example");
      zone.txt("n" + i + ".example", "v=spf1 ip4:198.51.100.1 -all");
    }
    zone.txt("example.com", all + " ip4:192.0.2.7 -all");
    assertThat(SpfCheck.check(CLIENT, "mta.example.com", "ana@example.com", zone).result())
        .isEqualTo("permerror");
    assertThat(zone.asked.size()).isLessThan(15);
  }

  @Test
  void spfOfIpVersion6AndOfReports() {
    zone.txt("example.com", "v=spf1 ip6:2001:db8::/32 -all");
    zone.txt("mta.example.com", "v=spf1 ip6:2001:db8::7 -all");
    var client = InetAddress.ofLiteral("2001:db8::7");
    assertThat(SpfCheck.check(client, "mta.example.com", "ana@example.com", zone).result())
        .isEqualTo("pass");
    assertThat(SpfCheck.check(client, "mta.example.com", "", zone))
        .isEqualTo(new SpfCheck.Result("pass", "mta.example.com", true));
    assertThat(SpfCheck.check(client, "[192.0.2.7]", "", zone).result()).isEqualTo("none");
  }

  @Test
  void theEnvelopeVouchesForItsOwnDomainOnly() {
    zone.txt("example.com", "v=spf1 ip4:192.0.2.7 -all");
    assertThat(check("ana@example.com", TEXT).level()).isEqualTo(Authenticity.VERIFIED);
    assertThat(check("", TEXT).level()).as("nobody vouches").isEqualTo(Authenticity.FAILED);
    zone.txt("other.example", "v=spf1 ip4:192.0.2.7 -all");
    var verdict = check("ana@other.example", TEXT);
    assertThat(verdict.results()).contains("spf=pass smtp.mailfrom=other.example");
    assertThat(verdict.level()).isEqualTo(Authenticity.FAILED);
  }

  @Test
  void twoSendersAreNobody() {
    zone.txt("example.com", "v=spf1 ip4:192.0.2.7 -all");
    for (String from :
        List.of(
            "From: <ana@example.com>, <bob@example.com>",
            "From: <ana@example.com>\r\nFrom: <eve@evil.example>",
            "From: friends: ana@example.com;",
            "X-From: <ana@example.com>")) {
      var verdict = check("ana@example.com", TEXT.replace("From: Ana <ana@example.com>", from));
      assertThat(verdict.level()).as(from).isEqualTo(Authenticity.UNVERIFIED);
    }
  }

  @Test
  void aDomainWithoutPolicyVouchesForNothing() {
    zone.records.remove("_dmarc.example.com TXT");
    zone.txt("example.com", "v=spf1 ip4:192.0.2.7 -all");
    var verdict = check("ana@example.com", TEXT);
    assertThat(verdict.results()).contains("dmarc=none");
    assertThat(verdict.level()).isEqualTo(Authenticity.UNVERIFIED);
  }

  /**
   * Whether a domain in From and one that SPF or DKIM proved belong together. Records are named by
   * where they stand; of {@code bank.example} the suffix is private, {@code gov.example} is a
   * public one.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          example.com          | example.com          | pass
          example.com          | mail.example.com     | pass
          mail.example.com     | example.com          | pass
          a.mail.example.com   | b.news.example.com   | pass
          strict.example.org   | strict.example.org   | pass
          strict.example.org   | a.strict.example.org | fail
          giant.bank.example   | bank.example         | pass
          own.giant.bank.example | giant.bank.example | fail
          tax.gov.example      | gov.example          | fail
          a.tax.gov.example    | tax.gov.example      | pass
          tax.gov.example      | road.gov.example     | fail
          example.com          | badexample.com       | fail
          example.net          | example.net          | none
          a.b.c.d.e.f.g.h.example.com | example.com   | pass
          twice.example.edu    | example.edu          | pass
          """)
  void alignment(String from, String proved, String result) {
    zone.txt("_dmarc.strict.example.org", "v=DMARC1; p=reject; adkim=s");
    zone.txt("_dmarc.bank.example", "v=DMARC1; p=reject");
    zone.txt("_dmarc.own.giant.bank.example", "v=DMARC1; p=reject; psd=n");
    zone.txt("_dmarc.gov.example", "v=DMARC1; p=reject; psd=y");
    zone.txt("_dmarc.tax.gov.example", "v=DMARC1; p=quarantine");
    zone.txt("_dmarc.twice.example.edu", "v=DMARC1; p=none", "v=DMARC1; p=reject");
    zone.txt("_dmarc.example.edu", "something else", "v=DMARC1; p=none");
    var check = new DmarcCheck(zone);
    assertThat(check.check(from, Set.of(new DmarcCheck.Proved(proved, false)), false).result())
        .isEqualTo(result);
  }

  @Test
  void theWalkUpIsShort() throws Exception {
    String deep = String.join(".", "abcdefghijklmnopqrst".split("")) + ".example.com";
    assertThat(new DmarcCheck(zone).organisation(deep)).isEqualTo("example.com");
    assertThat(zone.asked).hasSize(8);
    assertThat(zone.asked.get(1)).isEqualTo("_dmarc.p.q.r.s.t.example.com TXT");
    assertThat(zone.asked.getLast()).isEqualTo("_dmarc.com TXT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          example.com       | v=DMARC1; p=reject                        | REJECT
          there.example.com | v=DMARC1; p=reject                        | REJECT
          there.example.com | v=DMARC1; p=reject; sp=none               | NONE
          there.example.com | v=DMARC1; p=none; sp=none; np=reject      | NONE
          gone.example.com  | v=DMARC1; p=none; sp=none; np=reject      | REJECT
          gone.example.com  | v=DMARC1; p=none; sp=quarantine           | QUARANTINE
          example.com       | v=DMARC1; p=reject; t=y                   | QUARANTINE
          example.com       | v=DMARC1; p=quarantine; t=y               | NONE
          example.com       | v=DMARC1; p=rubbish; rua=mailto:a@b.example | NONE
          """)
  void whatTheOwnerWants(String domain, String record, DmarcCheck.Policy policy) {
    zone.txt("_dmarc.example.com", record);
    zone.add("there.example.com", Dns.Type.A, "192.0.2.1");
    assertThat(new DmarcCheck(zone).check(domain, Set.of(), false))
        .isEqualTo(new DmarcCheck.Result("fail", policy));
  }

  @Test
  void aPolicyThatAsksForNothingMakesNobodyAForger() {
    zone.txt("_dmarc.example.com", "v=DMARC1; p=none");
    var verdict = check("x@y.example", TEXT);
    assertThat(verdict.results()).contains("dmarc=fail");
    assertThat(verdict.level()).isEqualTo(Authenticity.UNVERIFIED);
  }

  @Test
  void manySignaturesCostLittle() throws Exception {
    String signature = signed("", "example.com", "relaxed/relaxed", key);
    String many = String.join("", Collections.nCopies(50, signature)) + TEXT;
    check("x@y.example", many);
    assertThat(zone.asked.stream().filter(a -> a.contains("_domainkey")).count())
        .isLessThanOrEqualTo(5);
  }

  @Test
  void aLongMailIsCheckedWhole() throws Exception {
    var lines = new String[20_000];
    Arrays.fill(lines, "a line of text with  spaces \t at its end  \r\n");
    String mail = signed(TEXT + String.join("", lines), "example.com", "relaxed/relaxed", key);
    assertThat(check("x@y.example", mail).level()).isEqualTo(Authenticity.VERIFIED);
    assertThat(check("x@y.example", mail + "and more\r\n").level()).isEqualTo(Authenticity.FAILED);
  }
}
