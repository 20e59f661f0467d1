package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.MapMemory;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.config.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a provider that takes each refresh token once. */
class MailTokensTest {
  private final Vertx vertx = Vertx.vertx();
  private final WebClient http = WebClient.create(vertx);
  private final MapMemory memory = new MapMemory();
  private final Provider provider = new Provider(vertx);
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");

  /** Gives a new refresh token with each access token; the one before is worth nothing then. */
  private static final class Provider {
    private final HttpServer server;
    private final List<Map<String, String>> asked = new ArrayList<>();
    private String valid = "refresh-0";
    private int number;
    private volatile int status = 200;
    private String padding = "";

    Provider(Vertx vertx) {
      server =
          vertx
              .createHttpServer()
              .requestHandler(
                  request ->
                      request
                          .setExpectMultipart(true)
                          .endHandler(
                              _ -> {
                                var form = new HashMap<String, String>();
                                request.formAttributes().forEach(form::put);
                                request.response().setStatusCode(status(form)).end(answer(form));
                              }))
              .listen(0, "127.0.0.1")
              .await();
    }

    private synchronized int status(Map<String, String> form) {
      asked.add(form);
      return status != 200 ? status : right(form) ? 200 : 400;
    }

    private boolean right(Map<String, String> form) {
      return "client_credentials".equals(form.get("grant_type"))
          ? "hush".equals(form.get("client_secret"))
          : valid.equals(form.get("refresh_token"));
    }

    private synchronized String answer(Map<String, String> form) {
      if (status != 200) {
        return "";
      }
      if (!right(form)) {
        return "{\"error\":\"invalid_grant\",\"error_description\":\"ana@example.com\"}";
      }
      number++;
      String access = "{\"access_token\":\"access-" + number + "\",\"expires_in\":1000";
      if (form.containsKey("refresh_token")) {
        valid = "refresh-" + number + padding;
        access += ",\"refresh_token\":\"" + valid + "\"";
      }
      return access + "}";
    }

    String url() {
      return "http://127.0.0.1:" + server.actualPort() + "/token";
    }
  }

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  @BeforeEach
  void noLocks() {
    memory.facts.clear();
  }

  @AfterEach
  void end() {
    vertx.close().await();
  }

  private Ports ports() {
    return new Ports(
        vertx, http, new MemoryBlobs(), memory, URI.create("http://127.0.0.1"), "main");
  }

  private MailTokens tokens(@Nullable String refresh, @Nullable String secret) {
    return new MailTokens(
        "help@shop.example",
        new EmailSettings.OAuth(
            provider.url(),
            "client",
            secret == null ? null : new Secret(secret),
            refresh == null ? null : new Secret(refresh),
            "mail"),
        ports(),
        clock);
  }

  private static <T> T run(Callable<T> call) throws Exception {
    return SendingHouse.onVirtualThread(call);
  }

  @Test
  void oneTokenServesForFourFifthsOfItsLife() throws Exception {
    var tokens = tokens("refresh-0", "hush");
    assertThat(run(tokens::token)).isEqualTo("access-1");
    now = now.plus(Duration.ofSeconds(799));
    assertThat(run(tokens::token)).isEqualTo("access-1");
    now = now.plus(Duration.ofSeconds(1));
    assertThat(run(tokens::token)).isEqualTo("access-2");
    assertThat(provider.asked.getFirst())
        .containsEntry("grant_type", "refresh_token")
        .containsEntry("refresh_token", "refresh-0")
        .containsEntry("client_id", "client")
        .containsEntry("client_secret", "hush")
        .containsEntry("scope", "mail");
  }

  @Test
  void anotherNodeGoesOnWithTheNewRefreshToken() throws Exception {
    provider.padding = "x".repeat(5000);
    assertThat(run(tokens("refresh-0", "hush")::token)).isEqualTo("access-1");
    assertThat(run(tokens("refresh-0", "hush")::token)).isEqualTo("access-2");
    assertThat(run(tokens("refresh-0", "hush")::token)).isEqualTo("access-3");
    assertThat(memory.facts.values())
        .allSatisfy(v -> assertThat(v).hasSizeLessThan(2048).doesNotContain("refresh-"));
    assertThat(memory.facts.keySet()).noneMatch(k -> k.endsWith(":lock"));
    assertThat(memory.facts).hasSizeLessThan(10);
  }

  @Test
  void severalNodesAtOnceAskOneAfterTheOther() throws Exception {
    var running = new ArrayList<FutureTask<String>>();
    for (int i = 0; i < 5; i++) {
      var task = new FutureTask<>(tokens("refresh-0", "hush")::token);
      running.add(task);
      Thread.ofVirtual().start(task);
    }
    for (var task : running) {
      assertThat(task.get()).startsWith("access-");
    }
  }

  @Test
  void aNewRefreshTokenInTheConfigurationCounts() throws Exception {
    run(tokens("refresh-0", "hush")::token);
    provider.valid = "agreed-again";
    assertThat(run(tokens("agreed-again", "hush")::token)).isEqualTo("access-2");
  }

  @Test
  void aRevokedConsentIsAskedForOnceAnHour() throws Exception {
    var tokens = tokens("revoked", "hush");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> run(tokens::token))
          .cause()
          .isInstanceOf(MailTokens.Denied.class)
          .hasMessageContaining("invalid_grant")
          .hasMessageContaining("agree again")
          .hasMessageNotContaining("ana@example.com")
          .hasMessageNotContaining("hush");
    }
    assertThat(provider.asked).hasSize(1);
    now = now.plus(Duration.ofHours(1));
    provider.valid = "revoked";
    assertThat(run(tokens::token)).isEqualTo("access-1");
  }

  @Test
  void aProviderThatIsDownIsAskedAgain() throws Exception {
    var tokens = tokens("refresh-0", "hush");
    provider.status = 503;
    assertThatThrownBy(() -> run(tokens::token))
        .cause()
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(MailTokens.Denied.class);
    provider.status = 200;
    assertThat(run(tokens::token)).isEqualTo("access-1");
  }

  @Test
  void theApplicationsOwnTokensNeedNoRefreshToken() throws Exception {
    var tokens = tokens(null, "hush");
    assertThat(run(tokens::token)).isEqualTo("access-1");
    run(
        () -> {
          tokens.refused("access-1");
          tokens.refused("access-0");
          return "";
        });
    assertThat(run(tokens::token)).isEqualTo("access-2");
    assertThat(provider.asked.getFirst())
        .containsEntry("grant_type", "client_credentials")
        .doesNotContainKey("refresh_token");
    assertThat(memory.facts).isEmpty();
  }

  @Test
  void mailIsSentWithATokenAndARefusedOneIsReplaced() throws Exception {
    try (var peer = new SmtpPeer().with("AUTH PLAIN XOAUTH2").guarded("access-2");
        var house =
            new SendingHouse(
                peer.port(),
                "smtp: {host: 127.0.0.1, port: PORT, security: none, user: help@shop.example}",
                "oauth: {token-url: '%s', client-id: client, client-secret: hush}"
                    .formatted(provider.url()))) {
      var message =
          SendingHouse.message("ana@example.com", new dev.hilo.conversation.Content.Text("Hi"));
      assertThat(house.send(message)).isInstanceOf(SendResult.Retry.class);
      assertThat(house.send(SendingHouse.again(message, 2)))
          .isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.signIns)
          .last()
          .isEqualTo("XOAUTH2 user=help@shop.example\1auth=Bearer access-2\1\1");
    }
  }

  @Test
  void withoutConsentNothingIsSent() throws Exception {
    try (var server = new PlatformServer().answers(400, "{\"error\":\"invalid_grant\"}");
        var house =
            new SendingHouse(
                1,
                "smtp: {host: 127.0.0.1, port: 1, security: none, user: help@shop.example}",
                "oauth: {token-url: '%s/token', client-id: c, refresh-token: r}"
                    .formatted(server.url().toString().replace("localhost", "127.0.0.1")))) {
      var message =
          SendingHouse.message("ana@example.com", new dev.hilo.conversation.Content.Text("Hi"));
      for (int attempt = 1; attempt < 3; attempt++) {
        assertThat(house.send(SendingHouse.again(message, attempt)))
            .isInstanceOfSatisfying(
                SendResult.Refused.class, r -> assertThat(r.credentials()).isTrue());
      }
    }
  }
}
