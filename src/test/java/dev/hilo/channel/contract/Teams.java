package dev.hilo.channel.contract;

import static dev.hilo.channel.PlatformServer.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cases of one bot; its keys are fetched from a server of ours. */
public final class Teams implements ContractPlatform {
  private @Nullable PlatformServer server;

  @Override
  public String type(ContractCase c) {
    return "teams";
  }

  @Override
  public boolean signsBody() {
    return false;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    server = keys();
    return Map.of(
        "app-id", c.configured().path("secrets").path("appId").asText(),
        "name", "Bot",
        "tenant", "t.example",
        "client-secret", "s",
        "keys-url", server.url() + "/openid");
  }

  @Override
  public void prepare(Webhook webhook, ContractCase c) {
    try {
      webhook.prepared(c.request()).await();
    } finally {
      requireNonNull(server).close();
    }
  }

  /** Answers once with the OpenID document and once with the keys. */
  public static PlatformServer keys() {
    var server = new PlatformServer();
    var openId = (ObjectNode) json(fixture("_openid.json"));
    openId.put("jwks_uri", server.url() + "/keys");
    return server.answers(200, openId.toString()).answers(200, fixture("_jwks.json"));
  }

  private static String fixture(String name) {
    try (var file = Teams.class.getResourceAsStream("/fixtures/teams/" + name)) {
      return new String(requireNonNull(file).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }
}
