package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one app with one Official Account. */
public final class Zalo implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "zalo";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "experimental", true,
        "app-id", c.configured().at("/secrets/appId").asText(),
        "oa-secret-key", c.configured().at("/secrets/oaSecretKey").asText(),
        "accounts", List.of(Map.of("id", "2468000000000000001", "name", "OA", "token", "t")));
  }
}
