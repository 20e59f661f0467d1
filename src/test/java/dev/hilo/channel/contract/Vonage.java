package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one account's numbers. */
public final class Vonage implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "vonage";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    List<String> secrets = List.of(c.configured().path("secret").asText());
    return Map.of(
        "signature-secrets",
        secrets,
        "api-key",
        "k",
        "api-secret",
        "s",
        "accounts",
        ContractPlatform.named(c, "15550190100"));
  }
}
