package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one account's numbers. */
public class TwilioSms implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return c.platform();
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "account-sid", "AC7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d",
        "auth-tokens", List.of(c.configured().path("secret").asText()),
        "accounts", ContractPlatform.named(c, "+15550190100"));
  }
}
