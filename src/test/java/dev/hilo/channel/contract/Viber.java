package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one bot; its token tells which. */
public final class Viber implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "viber";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    String id = c.accounts().isEmpty() ? "acme" : c.accounts().iterator().next();
    String token = c.configured().path("secret").asText();
    return Map.of("accounts", List.of(Map.of("id", id, "name", "Bot", "token", token)));
  }
}
