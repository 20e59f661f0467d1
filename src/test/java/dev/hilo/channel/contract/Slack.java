package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one app in one workspace. */
public final class Slack implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "slack";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "signing-secret", c.configured().at("/secrets/signingSecret").asText(),
        "accounts", List.of(Map.of("id", "T0ACME001", "name", "Acme", "token", "t")));
  }
}
