package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.Map;

/** Cases of one Meta app with its pages. */
public final class Messenger implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "messenger";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "app-secret", c.configured().path("secret").asText("none"),
        "verify-token", c.configured().path("configuredVerifyToken").asText("none"),
        "accounts", ContractPlatform.accounts(c, "108833220071"));
  }
}
