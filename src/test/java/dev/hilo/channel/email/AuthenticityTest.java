package dev.hilo.channel.email;

import static dev.hilo.channel.email.Authenticity.FAILED;
import static dev.hilo.channel.email.Authenticity.UNVERIFIED;
import static dev.hilo.channel.email.Authenticity.VERIFIED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuthenticityTest {
  private static final String FROM = "From: Ana <ana@x.example>\r\n";

  private static Authenticity of(@Nullable String trusted, List<String> sealers, String header) {
    return Authenticity.of(
        Headers.read((header + FROM + "\r\n").getBytes(UTF_8)), trusted, sealers);
  }

  private static Authenticity of(String header) {
    return of("mx.example", List.of(), header);
  }

  @Test
  void onlyTheMailboxesOwnServerIsBelieved() {
    String pass = "Authentication-Results: mx.example; dmarc=pass header.from=x.example\r\n";
    String fail = "Authentication-Results: mx.example; dmarc=fail header.from=x.example\r\n";
    assertThat(of(pass)).isEqualTo(VERIFIED);
    assertThat(of(null, List.of(), pass)).isEqualTo(UNVERIFIED);
    assertThat(of("other.example", List.of(), pass)).isEqualTo(UNVERIFIED);
    assertThat(of("Authentication-Results: mx.evil; dmarc=pass\r\n" + pass)).isEqualTo(UNVERIFIED);
    assertThat(of(pass + fail)).isEqualTo(FAILED);
    assertThat(of(pass + "Received: from a by b\r\n" + fail)).isEqualTo(VERIFIED);
    assertThat(of(pass.replace("header.from=x.example", "header.from=y.example")))
        .isEqualTo(UNVERIFIED);
    assertThat(of("Authentication-Results: mx.example; spf=pass; dkim=pass\r\n"))
        .isEqualTo(UNVERIFIED);
    assertThat(of(pass + "From: b@y.example\r\n")).isEqualTo(UNVERIFIED);
  }

  @Test
  void whatStandsInCommentsAndQuotesProvesNothing() {
    assertThat(
            of(
                "Authentication-Results: mx.example; spf=pass (a; dmarc=pass"
                    + " header.from=x.example) smtp.mailfrom=\"; dmarc=pass\"\r\n"))
        .isEqualTo(UNVERIFIED);
  }

  @Test
  void aDomainThatAsksForNothingIsNotCondemned() {
    String gmail =
        "Authentication-Results: mx.example; dmarc=fail (p=NONE sp=QUARANTINE dis=NONE)"
            + " header.from=x.example\r\n";
    assertThat(of(gmail)).isEqualTo(UNVERIFIED);
    assertThat(of(gmail.replace("p=NONE", "p=REJECT"))).isEqualTo(FAILED);
  }

  @Test
  void microsoftNamesItselfInNoWay() {
    String results =
        "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example;"
            + " dkim=none; dmarc=pass action=none header.from=x.example;compauth=pass"
            + " reason=100\r\n";
    assertThat(of("protection.outlook.com", List.of(), results)).isEqualTo(VERIFIED);
    assertThat(of(results)).isEqualTo(UNVERIFIED);
    assertThat(of("protection.outlook.com", List.of(), results.replace("dmarc=pass", "dmarc=fail")))
        .isEqualTo(UNVERIFIED); // action=none
    assertThat(
            of(
                "protection.outlook.com",
                List.of(),
                results.replace("dmarc=pass action=none", "dmarc=fail action=quarantine")))
        .isEqualTo(FAILED);
  }

  @Test
  void aForwarderWhoIsTrustedMayVouch() {
    String results =
        "Authentication-Results: mx.example; arc=pass (i=1); dmarc=fail (p=REJECT)"
            + " header.from=x.example\r\n"
            + "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.example; s=s; b=xx\r\n"
            + "ARC-Authentication-Results: i=1; list.example; dmarc=pass header.from=x.example\r\n";
    assertThat(of("mx.example", List.of("list.example"), results)).isEqualTo(VERIFIED);
    assertThat(of("mx.example", List.of("other.example"), results)).isEqualTo(FAILED);
    assertThat(of("mx.example", List.of("list.example"), results.replace("arc=pass", "arc=fail")))
        .isEqualTo(FAILED);
    assertThat(
            of(
                "mx.example",
                List.of("list.example"),
                results.replace("dmarc=pass header.from=x", "dmarc=pass header.from=y")))
        .isEqualTo(FAILED);
    assertThat(
            of(
                "mx.example",
                List.of("list.example"),
                "ARC-Seal: i=2; d=evil.example; b=xx\r\n" + results))
        .isEqualTo(FAILED);
  }
}
