package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.Map;

/** Cases of one app with its accounts. */
public final class X implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "x";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "experimental", true,
        "consumer-secret", c.configured().path("secrets").path("consumerSecret").asText(),
        "accounts", ContractPlatform.accounts(c, "70900100200300400"));
  }
}
