package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.Map;

/** Cases of one program. */
public final class StandardWebhooks implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "webhook";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "account", c.accounts().stream().findFirst().orElse("account"),
        "name", "Account",
        "signing-secrets", c.configured().path("secrets").path("signingSecrets"));
  }
}
