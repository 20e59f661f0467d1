package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cases of one Official Account, in plain and in safe mode. */
public final class Wechat implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    return "wechat";
  }

  /** In plain mode it does not. */
  @Override
  public boolean signsBody() {
    return false;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    var secrets = c.configured().path("secrets");
    var settings = new HashMap<String, Object>();
    settings.put("token", secrets.path("token").asText());
    settings.put("app-id", secrets.path("appId").asText("wx5f0a1b2c3d4e5f60"));
    settings.put(
        "accounts", List.of(Map.of("id", "gh_9f8e7d6c5b4a", "name", "Acme", "token", "secret")));
    if (secrets.has("encodingAesKey")) {
      settings.put("encoding-aes-key", secrets.path("encodingAesKey").asText());
    }
    return settings;
  }
}
