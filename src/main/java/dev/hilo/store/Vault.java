package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets, sealed: AES-256-GCM with a key derived from the installation key. What is sealed opens
 * under the workspace and the name it was put under, and nowhere else. Futures fail with {@link
 * Unreadable}, or with {@link StoreUnavailable} when the store is away.
 */
public final class Vault {
  private static final String FORM = "1.";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Link link;
  private final SecretKey key;

  /** {@code installationKey}: 32 bytes or more. */
  public Vault(Link link, byte[] installationKey) {
    this.link = link;
    this.key = derived(installationKey);
  }

  /** What lies under a name; {@code sealed} tells it from what is put there later. */
  public record Kept(String text, String sealed) {}

  /** Something is there, but it was not sealed here, or was changed since. */
  public static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable(String workspace, String name) {
      super(
          "the secret %s of workspace %s cannot be opened: it was sealed with another installation key or changed"
              .formatted(name, workspace));
    }
  }

  public Future<@Nullable Kept> find(String workspace, String name) {
    return link.send(Request.cmd(Command.GET).arg(Keys.vault(workspace, name)))
        .map(r -> r == null ? null : new Kept(open(workspace, name, r.toString()), r.toString()));
  }

  /** Puts it there, whatever was there. */
  public Future<Void> put(String workspace, String name, String text) {
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.vault(workspace, name))
                .arg(seal(workspace, name, text)))
        .mapEmpty();
  }

  /**
   * Puts it there in place of what was found.
   *
   * @param instead null if nothing was
   * @return false if something else lies there now; nothing was changed then
   */
  public Future<Boolean> swap(String workspace, String name, @Nullable Kept instead, String text) {
    return link.send(
            Link.call(
                "hilo4_swap",
                List.of(Keys.vault(workspace, name)),
                List.of(instead == null ? "" : instead.sealed(), seal(workspace, name, text))))
        .map(r -> Reply.number(r) > 0);
  }

  public Future<Void> remove(String workspace, String name) {
    return link.send(Request.cmd(Command.DEL).arg(Keys.vault(workspace, name))).mapEmpty();
  }

  private static SecretKey derived(byte[] installationKey) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(installationKey)
                  .thenExpand("hilo vault 1".getBytes(StandardCharsets.UTF_8), 32));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Cipher cipher(int mode, String workspace, String name, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD((workspace + "\0" + name).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private String seal(String workspace, String name, String text) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, workspace, name, nonce)
              .doFinal(text.getBytes(StandardCharsets.UTF_8));
      byte[] all = new byte[NONCE + sealed.length];
      System.arraycopy(nonce, 0, all, 0, NONCE);
      System.arraycopy(sealed, 0, all, NONCE, sealed.length);
      return FORM + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String open(String workspace, String name, String sealed) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(sealed.substring(FORM.length()));
      if (!sealed.startsWith(FORM) || all.length < NONCE) {
        throw new Unreadable(workspace, name);
      }
      byte[] nonce = new byte[NONCE];
      System.arraycopy(all, 0, nonce, 0, NONCE);
      byte[] text =
          cipher(Cipher.DECRYPT_MODE, workspace, name, nonce)
              .doFinal(all, NONCE, all.length - NONCE);
      return new String(text, StandardCharsets.UTF_8);
    } catch (AEADBadTagException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new Unreadable(workspace, name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
