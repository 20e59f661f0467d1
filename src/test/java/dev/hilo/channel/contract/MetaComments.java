package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Public comments, which come to the inbox that the body's {@code object} names. */
public final class MetaComments implements ContractPlatform {
  @Override
  public String type(ContractCase c) {
    String body = new String(c.request().body(), StandardCharsets.UTF_8);
    return body.contains("\"object\":\"instagram\"") ? "instagram" : "messenger";
  }

  @Override
  public boolean signsBody() {
    return true;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    var secrets = c.configured().path("secrets");
    String secret = secrets.path("appSecret").asText("none");
    var settings = new HashMap<String, Object>();
    if (type(c).equals("instagram")) {
      settings.put("app-secrets", List.of(secret));
    } else {
      settings.put("app-secret", secret);
    }
    settings.put("verify-token", secrets.path("verifyToken").asText("none"));
    settings.put("accounts", ContractPlatform.accounts(c, "112233445566778"));
    return settings;
  }
}
