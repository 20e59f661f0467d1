package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Ports;
import dev.hilo.channel.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which of our mails, and so whose thread, a mail is about. Only what we alone can have written
 * counts: tokens in addresses and anchors, signed Message-IDs, and ids that a mail server gave to
 * mails of ours. A token is 31 characters of base 32: which key (1 byte), what it names (8), HMAC
 * (10). For virtual threads, as {@link Ports.Memory}.
 */
final class MailThreads {
  /** Fields that may say where a mail was delivered, the surest first. */
  private static final List<String> RECEIVERS =
      List.of(
          "x-gm-original-to",
          "x-original-to",
          "delivered-to",
          "envelope-to",
          "x-envelope-to",
          "resent-to",
          "resent-cc",
          "to",
          "cc");

  private static final Pattern MARK = Pattern.compile("\\br\\.([a-z2-7]{31})@");
  private static final int MAX_MARKS = 20;
  private static final int MAX_ASKED = 10;
  private static final int MAX_ID = 900;
  private static final int ID = 8;
  private static final int MAC = 10;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  /** What a token is for; a token for one is worth nothing for the other. */
  private enum Use {
    REPLY("r"),
    BOUNCE("b");

    private final String prefix;

    Use(String prefix) {
      this.prefix = prefix;
    }
  }

  private final String workspace;
  private final List<byte[]> keys;
  private final Ports.Memory memory;

  /**
   * @param secrets the newest first; the others are still believed
   */
  MailThreads(String workspace, List<String> secrets, Ports.Memory memory) {
    this.workspace = workspace;
    this.keys = secrets.stream().map(s -> ("hilo thread\0" + s).getBytes(UTF_8)).toList();
    this.memory = memory;
  }

  /** One of our mails. {@code to}: the id of the address that it went to. */
  record Sent(String to, String messageId) {}

  /**
   * The token of the thread with {@code to}: what comes with it belongs there. Durable when it
   * returns.
   *
   * @param to the id of an address, as the gateway knows it
   */
  String replyToken(String account, String to) {
    byte[] thread = Arrays.copyOf(sha256(workspace + "\0" + account + "\0" + to), ID);
    memory.put(fact(Use.REPLY, thread), to);
    return token(Use.REPLY, thread);
  }

  /** The token under which {@code messageId} comes back. Durable when it returns. */
  String bounceToken(String to, String messageId) {
    byte[] mail = Arrays.copyOf(sha256(workspace + "\0" + messageId), ID);
    memory.put(fact(Use.BOUNCE, mail), to + "\n" + messageId);
    return token(Use.BOUNCE, mail);
  }

  /**
   * Remembers a mail of ours by its ids.
   *
   * @param wire the id that the mail server gave it instead, if it did
   */
  void sent(String to, String messageId, @Nullable String wire) {
    memory.put("mid:" + messageId, to + "\n" + messageId);
    if (wire != null && !wire.equals(messageId)) {
      memory.put("mid:" + wire, to + "\n" + messageId);
    }
  }

  /**
   * The id of the address to whose thread a mail belongs, or null.
   *
   * @param receivers of its envelope, as far as they are known
   */
  @Nullable String answered(Headers headers, List<String> receivers) {
    for (String address : addresses(headers, receivers)) {
      byte[] thread = opened(Use.REPLY, tokenOf(Use.REPLY, address));
      if (thread != null) {
        String to = memory.get(fact(Use.REPLY, thread));
        if (to != null) {
          return to;
        }
      }
    }
    List<String> related = related(headers);
    for (String id : related) {
      byte[] thread = opened(Use.REPLY, anchorOf(id));
      String to = thread == null ? null : memory.get(fact(Use.REPLY, thread));
      if (to != null) {
        return to;
      }
    }
    Sent sent = known(related);
    return sent != null ? sent.to() : heard(related);
  }

  /**
   * Remembers to whose thread a mail belongs that came: who answers to all of its receivers belongs
   * there too. The first to use an id keeps it.
   */
  void heard(String of, String messageId) {
    if (messageId.length() <= MAX_ID) {
      memory.claim("heard:" + messageId, of);
    }
  }

  private @Nullable String heard(List<String> ids) {
    return ids.stream()
        .distinct()
        .filter(id -> id.length() <= MAX_ID)
        .limit(MAX_ASKED)
        .map(id -> memory.get("heard:" + id))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The first that is one of ours; only so many are asked for. */
  private @Nullable Sent known(List<String> ids) {
    return ids.stream()
        .distinct()
        .limit(MAX_ASKED)
        .map(this::sent)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The same by the mark in a mail of ours that this one repeats. */
  @Nullable String marked(Mail mail) {
    String html = mail.html();
    var marks = MARK.matcher(html == null ? "" : html);
    for (int i = 0; i < MAX_MARKS && marks.find(); i++) {
      byte[] thread = opened(Use.REPLY, marks.group(1));
      String to = thread == null ? null : memory.get(fact(Use.REPLY, thread));
      if (to != null) {
        return to;
      }
    }
    return null;
  }

  /** HTML that nobody sees and mail programs repeat, for {@link #marked}: a link without a text. */
  static String mark(String token, String domain) {
    return "<a href=\"mailto:" + local(null, token) + "@" + domain + "\"></a>";
  }

  /**
   * The mail of ours that came back, or null.
   *
   * @param originals Message-IDs of which a report says that it is about them
   */
  @Nullable Sent returned(Headers headers, List<String> receivers, List<String> originals) {
    for (String address : addresses(headers, receivers)) {
      byte[] mail = opened(Use.BOUNCE, tokenOf(Use.BOUNCE, address));
      Sent sent = mail == null ? null : parsed(memory.get(fact(Use.BOUNCE, mail)));
      if (sent != null) {
        return sent;
      }
    }
    var ids = new ArrayList<>(originals);
    ids.addAll(related(headers));
    return known(ids);
  }

  /** The mail of ours with this Message-ID, or null. */
  @Nullable Sent sent(String messageId) {
    return messageId.length() > MAX_ID ? null : parsed(memory.get("mid:" + messageId));
  }

  /** The local part with a reply token: {@code help+r.TOKEN}, or {@code r.TOKEN} without one. */
  static String local(@Nullable String local, String token) {
    return (local == null ? "" : local + "+") + Use.REPLY.prefix + "." + token;
  }

  /** The same for what comes back. */
  static String bounceLocal(@Nullable String local, String token) {
    return (local == null ? "" : local + "+") + Use.BOUNCE.prefix + "." + token;
  }

  /** The Message-ID that stands in References of all mails of a thread, without brackets. */
  static String anchor(String token, String domain) {
    return "t." + token + "@" + domain;
  }

  /** The address without a token that we put into it. */
  static String plain(String address) {
    int at = address.lastIndexOf('@');
    int plus = address.indexOf('+');
    boolean ours =
        plus > 0 && (tokenOf(Use.REPLY, address) != null || tokenOf(Use.BOUNCE, address) != null);
    return ours ? address.substring(0, plus) + address.substring(at) : address;
  }

  private static List<String> addresses(Headers headers, List<String> receivers) {
    var all = new ArrayList<>(receivers);
    for (String name : RECEIVERS) {
      for (String value : headers.all(name)) {
        MailAddress.parse(value).mailboxes().forEach(a -> all.add(a.address()));
      }
    }
    return all;
  }

  private static List<String> related(Headers headers) {
    var ids = new ArrayList<>(MessageIds.list(headers.first("in-reply-to")));
    ids.addAll(MessageIds.list(headers.first("references")).reversed());
    return ids;
  }

  private static @Nullable String tokenOf(Use use, String address) {
    int at = address.lastIndexOf('@');
    if (at < 0) {
      return null;
    }
    String local = address.substring(0, at).toLowerCase(Locale.ROOT);
    String last = local.substring(local.lastIndexOf('+') + 1);
    return last.startsWith(use.prefix + ".") ? last.substring(use.prefix.length() + 1) : null;
  }

  private static @Nullable String anchorOf(String messageId) {
    int at = messageId.lastIndexOf('@');
    return at > 2 && messageId.startsWith("t.") ? messageId.substring(2, at) : null;
  }

  private static @Nullable Sent parsed(@Nullable String fact) {
    int line = fact == null ? -1 : fact.indexOf('\n');
    return fact == null || line < 0
        ? null
        : new Sent(fact.substring(0, line), fact.substring(line + 1));
  }

  private static String fact(Use use, byte[] id) {
    return use.prefix + ":" + base32(id);
  }

  private String token(Use use, byte[] id) {
    byte[] token = Arrays.copyOf(new byte[] {keyId(keys.getFirst())}, 1 + ID + MAC);
    System.arraycopy(id, 0, token, 1, ID);
    System.arraycopy(mac(keys.getFirst(), use, id), 0, token, 1 + ID, MAC);
    return base32(token);
  }

  private byte @Nullable [] opened(Use use, @Nullable String token) {
    byte[] bytes = token == null ? null : fromBase32(token);
    if (bytes == null || bytes.length != 1 + ID + MAC) {
      return null;
    }
    byte[] id = Arrays.copyOfRange(bytes, 1, 1 + ID);
    byte[] mac = Arrays.copyOfRange(bytes, 1 + ID, bytes.length);
    for (byte[] key : keys) {
      if (keyId(key) == bytes[0] && Signature.same(mac(key, use, id), mac)) {
        return id;
      }
    }
    return null;
  }

  private static byte keyId(byte[] key) {
    return sha256(new String(key, UTF_8) + "\0id")[0];
  }

  private byte[] mac(byte[] key, Use use, byte[] id) {
    byte[] what = (workspace + "\0" + use.prefix + "\0").getBytes(UTF_8);
    return Arrays.copyOf(Signature.hmacSha256(key, what, id), MAC);
  }

  private static byte[] sha256(String text) {
    return Signature.digest("SHA-256", text.getBytes(UTF_8));
  }

  /** RFC 4648, lower case and without padding: mail servers fold the case of local parts. */
  private static String base32(byte[] bytes) {
    var out = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      held = held << 8 | b & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(ALPHABET.charAt(held >> bits & 31));
      }
    }
    if (bits > 0) {
      out.append(ALPHABET.charAt(held << 5 - bits & 31));
    }
    return out.toString();
  }

  private static byte @Nullable [] fromBase32(String text) {
    if (text.length() > 64 || !US_ASCII.newEncoder().canEncode(text)) {
      return null;
    }
    var out = new byte[text.length() * 5 / 8];
    int bits = 0;
    int held = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) {
        return null;
      }
      held = held << 5 | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        out[at++] = (byte) (held >> bits);
      }
    }
    return out;
  }
}
