package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.Gateway;
import dev.hilo.people.OpenIdProvider;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A workspace with people who sign in: two gateways, a mail server, an OpenID provider, and Ada,
 * who was first. Everybody comes from a network address of the own.
 */
final class Company implements AutoCloseable {
  static final String PASSWORD = "wind and weather";
  private static final Pattern LINK = Pattern.compile("#(\\w+)=([\\w-]+)");
  private static final AtomicInteger COUNT = new AtomicInteger();

  final GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
  final OpenIdProvider provider = new OpenIdProvider();
  final Nodes nodes;
  final Gateway a;
  final Gateway b;
  final Rest ada;

  Company(URI redis, String workspace) throws Exception {
    mail.start();
    nodes = new Nodes(redis, workspace);
    nodes.people = "";
    String more =
        """
        limits: {frames-per-second: 5000, drain: 1s}
        mail: {from: 'Shop <chat@shop.example>', host: 127.0.0.1, port: %d, security: none}
        oidc: {name: Shop, issuer: '%s', client-id: %s, client-secret: '%s'}
        http: {trusted-proxies: [127.0.0.1]}
        """
            .formatted(
                mail.getSmtp().getPort(),
                provider.issuer(),
                OpenIdProvider.CLIENT,
                OpenIdProvider.SECRET);
    a = nodes.start("a", redis, more);
    b = nodes.start("b", redis, more);
    provider.redirect = a.url() + "/api/v1/session/oidc/callback";
    Rest somebody = somebody();
    Rest.Answer in =
        somebody.post(
            "/api/v1/setup",
            Rest.object(
                "code",
                code(a.setupLink(workspace)),
                "name",
                "Ada",
                "email",
                "ada@shop.example",
                "password",
                PASSWORD));
    assertThat(in.status()).as(in.body()).isEqualTo(204);
    ada = somebody.with("Cookie", cookie(in));
  }

  /** Whoever it is, at an address where nobody was before. */
  Rest somebody() {
    int n = COUNT.incrementAndGet();
    return Rest.nobody(a).with("X-Forwarded-For", "198.51." + n / 250 + "." + (n % 250 + 1));
  }

  static String code(String link) {
    Matcher found = LINK.matcher(link);
    assertThat(found.find()).as(link).isTrue();
    return found.group(2);
  }

  static String cookie(Rest.Answer answer) {
    String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
    return cookie.substring(0, cookie.indexOf(';'));
  }

  /** The text of the newest mail to somebody. */
  String letter(String to) throws Exception {
    List<MimeMessage> theirs =
        Arrays.stream(mail.getReceivedMessages()).filter(m -> to(m).equals(to)).toList();
    assertThat(theirs).as("mails to " + to).isNotEmpty();
    return ((MimeMultipart) theirs.getLast().getContent()).getBodyPart(0).getContent().toString();
  }

  long letters(String to) {
    return Arrays.stream(mail.getReceivedMessages()).filter(m -> to(m).equals(to)).count();
  }

  private static String to(MimeMessage message) {
    try {
      return message.getAllRecipients()[0].toString();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Somebody who was invited and chose {@link #PASSWORD}; the address is {@code name}@shop… */
  Rest invited(String name, String... roles) throws Exception {
    Rest.Answer answer =
        ada.post(
            "/api/v1/invitations",
            Rest.object(
                "email",
                name + "@shop.example",
                "name",
                name,
                "roles",
                roles.length == 0 ? List.of("agent") : List.of(roles)));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    assertThat(answer.json().path("sent").asBoolean()).isTrue();
    Rest somebody = somebody();
    Rest.Answer in = accept(somebody, letter(name + "@shop.example"), PASSWORD);
    assertThat(in.status()).as(in.body()).isEqualTo(204);
    Rest made = somebody.with("Cookie", cookie(in));
    Rest onB = Rest.nobody(b).with("Cookie", cookie(in));
    await().atMost(Nodes.PATIENCE).until(() -> onB.get("/api/v1/session").status() == 200);
    return made;
  }

  static Rest.Answer accept(Rest rest, String letter, String password) throws Exception {
    return rest.post("/api/v1/invitation", Rest.object("code", code(letter), "password", password));
  }

  static Rest.Answer signIn(Rest rest, String name, String password) throws Exception {
    return rest.post(
        "/api/v1/session", Rest.object("email", name + "@shop.example", "password", password));
  }

  /** Signs in with {@link #PASSWORD}. */
  Rest in(String name) throws Exception {
    Rest somebody = somebody();
    Rest.Answer in = signIn(somebody, name, PASSWORD);
    assertThat(in.status()).as(in.body()).isEqualTo(200);
    assertThat(in.json().path("signedIn").asBoolean()).isTrue();
    return somebody.with("Cookie", cookie(in));
  }

  static JsonNode session(Rest rest) throws Exception {
    Rest.Answer answer = rest.get("/api/v1/session");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  @Override
  public void close() throws IOException {
    nodes.close();
    provider.close();
    mail.stop();
  }
}
