package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.Map;

/** Cases of one bot; its secret does not cover the body. */
public final class Telegram implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "telegram";
  }

  @Override
  public boolean signsBody() {
    return false;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "secret-token", c.configured().path("secret").asText(),
        "accounts", ContractPlatform.accounts(c, "7011223344").subList(0, 1));
  }
}
