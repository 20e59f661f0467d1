package dev.hilo.demo;

import java.security.SecureRandom;
import java.util.HexFormat;

/** What gateway and simulators share; made once, so that a restart finds the same endpoints. */
record DemoSecrets(
    String whatsappEndpoint,
    String whatsappAppSecret,
    String whatsappVerifyToken,
    String whatsappAccessToken,
    String telegramEndpoint,
    String telegramBotToken,
    String telegramSecretToken,
    String shopMailPassword,
    String customerMailPassword) {

  static final long BOT = 7700012345L;

  static DemoSecrets generate() {
    return new DemoSecrets(
        hex(16),
        hex(16),
        hex(16),
        "EAA" + hex(40),
        hex(16),
        BOT + ":AA" + hex(16),
        hex(24),
        hex(16),
        hex(16));
  }

  @Override
  public String toString() {
    return "DemoSecrets";
  }

  private static String hex(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
