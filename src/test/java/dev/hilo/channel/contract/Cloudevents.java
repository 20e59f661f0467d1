package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one program that signs as Standard Webhooks says. */
public final class Cloudevents implements ContractPlatform {
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
    var secrets = c.configured().path("secrets").path("signingSecrets");
    var bearer = c.configured().path("secrets").path("bearerToken");
    return Map.of(
        "account",
        "account",
        "name",
        "Account",
        "bearer-tokens",
        bearer.isTextual() ? List.of(bearer) : List.of(),
        "signing-secrets",
        secrets.isArray() ? secrets : List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  }
}
