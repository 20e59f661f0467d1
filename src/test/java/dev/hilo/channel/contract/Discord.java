package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.Map;

/** Cases of one application; what is heard on the websocket is brought by a relay. */
public final class Discord implements ContractPlatform {
  private static final String RELAY = "a-relay-of-our-own";

  @Override
  public String type(ContractCase c) {
    return "discord";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public boolean proves(ContractCase c) {
    return !c.configured().path("scheme").asText().equals("none");
  }

  @Override
  public ContractCase brought(ContractCase c) {
    return proves(c) ? c : c.with("authorization", "Bearer " + RELAY);
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "experimental",
        true,
        "application-id",
        "1300000000000000001",
        "name",
        "Bot",
        "public-key",
        c.configured().path("secrets").path("applicationPublicKey").asText(),
        "relay-token",
        RELAY);
  }
}
