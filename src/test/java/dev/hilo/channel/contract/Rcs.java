package dev.hilo.channel.contract;

import dev.hilo.channel.ContractCase;
import dev.hilo.channel.ContractPlatform;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Cases of one agent; the signature covers what the envelope carries, not the envelope. */
public final class Rcs implements ContractPlatform {
  /** A service account's key. */
  public static final KeyPair KEYS = pair();

  @Override
  public String type(ContractCase c) {
    return "rcs";
  }

  @Override
  public boolean signsBody() {
    return false;
  }

  @Override
  public Map<String, Object> settings(ContractCase c) {
    return Map.of(
        "client-token", c.configured().path("secrets").path("clientToken").asText(),
        "service-account", "gw@project.iam.example",
        "private-key", pem(),
        "accounts", List.of(Map.of("id", "agent@rbm.goog", "name", "Agent")));
  }

  public static String pem() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(KEYS.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  private static KeyPair pair() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
