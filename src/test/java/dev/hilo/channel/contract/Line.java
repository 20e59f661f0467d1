package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.List;
import java.util.Map;

/** Cases of one channel of the Messaging API. */
public final class Line implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "line";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "channel-secret", c.configured().at("/secrets/channelSecret").asText(),
        "accounts",
            List.of(
                Map.of("id", "U0f1e2d3c4b5a69788796a5b4c3d2e1f0", "name", "Bot", "token", "t")));
  }
}
