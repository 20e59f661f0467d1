package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.RsaJwt;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Signs mails by RFC 6376 with rsa-sha256, header and body relaxed. */
final class Dkim {
  private static final Set<String> SIGNED =
      Set.of(
          "from",
          "to",
          "cc",
          "subject",
          "date",
          "message-id",
          "in-reply-to",
          "references",
          "reply-to",
          "mime-version",
          "content-type",
          "list-unsubscribe",
          "list-unsubscribe-post");

  /** Also where they are absent, so that nobody can add one. */
  private static final List<String> ONLY = List.of("from", "to", "subject", "date", "reply-to");

  private final EmailSettings.Dkim settings;
  private final PrivateKey key;

  /** Throws {@link IllegalArgumentException} for a key that is none. */
  Dkim(EmailSettings.Dkim settings) {
    PrivateKey read = RsaJwt.key(settings.privateKey());
    if (read == null) {
      throw new IllegalArgumentException(
          "dkim of " + settings.domain() + ": private-key must be an RSA key, PEM of PKCS #8");
    }
    this.settings = settings;
    this.key = read;
  }

  /**
   * The field that goes before the others, with its line break.
   *
   * @param header as {@link Letter#header}
   * @param body what {@link BodyHash} made of the body
   */
  String field(String header, Instant at, byte[] body) {
    var names = new ArrayList<String>();
    var signed = new StringBuilder();
    for (String field : header.split("\r\n(?![ \t])", -1)) {
      String name = name(field);
      if (SIGNED.contains(name)) {
        names.add(name);
        signed.append(relaxed(field)).append("\r\n");
      }
    }
    names.addAll(ONLY);
    String field =
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d="
            + settings.domain()
            + "; s="
            + settings.selector()
            + "; t="
            + at.getEpochSecond()
            + ";\r\n h="
            + String.join(":\r\n  ", names)
            + ";\r\n bh="
            + Base64.getEncoder().encodeToString(body)
            + ";\r\n b=";
    signed.append(relaxed(field));
    String signature = Base64.getEncoder().encodeToString(signature(signed.toString()));
    return field + signature.replaceAll("(.{72})(?=.)", "$1\r\n ") + "\r\n";
  }

  private byte[] signature(String text) {
    try {
      var signing = java.security.Signature.getInstance("SHA256withRSA");
      signing.initSign(key);
      signing.update(text.getBytes(UTF_8));
      return signing.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime signs with RSA", e);
    }
  }

  private static String name(String field) {
    return field.substring(0, Math.max(0, field.indexOf(':'))).strip().toLowerCase(Locale.ROOT);
  }

  /** RFC 6376, 3.4.2. */
  private static String relaxed(String field) {
    String value = field.substring(field.indexOf(':') + 1);
    return name(field) + ":" + value.replace("\r\n", "").replaceAll("[ \t]+", " ").strip();
  }

  /** Takes a body, piece by piece (RFC 6376, 3.4.4); also counts it. */
  static final class BodyHash extends OutputStream {
    private final MessageDigest digest;
    private final byte[] piece = new byte[8192];
    private int held;
    private long count;
    private int breaks;
    private boolean blank;
    private boolean any;

    BodyHash() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java runtime has SHA-256", e);
      }
    }

    @Override
    public void write(int b) {
      count++;
      switch (b) {
        case '\r' -> {}
        case '\n' -> {
          breaks++;
          blank = false;
        }
        case ' ', '\t' -> blank = true;
        default -> {
          for (; breaks > 0; breaks--) {
            add('\r');
            add('\n');
          }
          if (blank) {
            add(' ');
            blank = false;
          }
          add(b);
          any = true;
        }
      }
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(bytes[i]);
      }
    }

    private void add(int b) {
      if (held == piece.length) {
        digest.update(piece, 0, held);
        held = 0;
      }
      piece[held++] = (byte) b;
    }

    /** Bytes that were written. */
    long count() {
      return count;
    }

    /** Once, in the end. */
    byte[] hash() {
      if (any) {
        add('\r');
        add('\n');
      }
      digest.update(piece, 0, held);
      return digest.digest();
    }
  }
}
