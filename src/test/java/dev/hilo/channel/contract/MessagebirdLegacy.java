package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one account. */
public final class MessagebirdLegacy implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "messagebird";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    List<String> secrets = List.of(c.configured().path("secret").asText());
    return Map.of(
        "signing-keys",
        secrets,
        "access-key",
        "k",
        "accounts",
        ContractPlatform.named(c, "fbfb0000000000000000000000000001"));
  }
}
