package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one workspace. */
public final class Bird implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "bird";
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
        "workspace",
        "w1",
        "access-key",
        "k",
        "accounts",
        ContractPlatform.named(c, "8e046034-0000-4000-8000-00000000c0de"));
  }
}
