package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one channel and its chatbot, whose calls Kakao does not sign. */
public final class Kakao implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "kakao";
  }

  @Override
  public boolean signsBody() {
    return false;
  }

  @Override
  public boolean proves(ContractCase c) {
    return c.request().header("authorization") != null;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "experimental", true,
        "admin-key", c.configured().at("/secrets/adminKey").asText("none"),
        "accounts", List.of(Map.of("id", "_AcMeXj", "name", "Acme")));
  }
}
