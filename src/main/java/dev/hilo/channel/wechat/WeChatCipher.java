package dev.hilo.channel.wechat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Signature;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * WeChat's safe mode: AES-256-CBC over 16 random bytes, the length, the XML and the app's id,
 * padded to blocks of 32 bytes.
 */
final class WeChatCipher {
  private static final int BLOCK = 32;
  private static final int HEAD = 20;

  private final byte[] key;
  private final byte[] appId;

  WeChatCipher(String encodingAesKey, String appId) {
    this.key = Base64.getDecoder().decode(encodingAesKey + "=");
    this.appId = appId.getBytes(UTF_8);
  }

  /** Null for what was not encrypted with our key for our app. */
  byte @Nullable [] opened(String encrypted) {
    byte[] plain;
    try {
      var cipher = Cipher.getInstance("AES/CBC/NoPadding"); // Java's own padding ends at 16
      cipher.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
      plain = cipher.doFinal(Base64.getDecoder().decode(encrypted));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return null;
    }
    int padding = plain.length == 0 ? 0 : plain[plain.length - 1];
    int end = plain.length - padding;
    if (padding < 1 || padding > BLOCK || end < HEAD) {
      return null;
    }
    int length = ByteBuffer.wrap(plain).getInt(16);
    if (length < 0 || length > end - HEAD) {
      return null;
    }
    byte[] app = Arrays.copyOfRange(plain, HEAD + length, end);
    return Signature.same(appId, app) ? Arrays.copyOfRange(plain, HEAD, HEAD + length) : null;
  }
}
