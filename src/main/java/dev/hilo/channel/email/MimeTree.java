package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a mail. Enclosed mails stay closed: they are leaves. Time and memory are bounded by
 * the size of the mail, the depth and the number of parts.
 *
 * @param cut the mail has more parts, or deeper ones, than are read
 */
record MimeTree(Part root, boolean cut) {
  static final int MAX_DEPTH = 30;
  static final int MAX_PARTS = 1000;

  /** A boundary that nobody declared stands among the first lines. */
  private static final int MAX_PREAMBLE = 16 * 1024;

  /** So many times what is within a part is looked at again. */
  private static final int MAX_AGAIN = 20;

  private static final MimeConfig CONFIG =
      MimeConfig.custom()
          .setMaxLineLen(-1)
          .setMaxHeaderLen(Headers.MAX_BYTES)
          .setMaxHeaderCount(Headers.MAX_FIELDS)
          .setMaxContentLen(-1)
          .build();

  sealed interface Part {
    Headers headers();

    /** Lower case, {@code text/plain} where none is declared. */
    String mime();
  }

  /** {@code bytes}: decoded from its transfer encoding. */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are not changed once read
  record Leaf(Headers headers, String mime, byte[] bytes) implements Part {}

  record Multi(Headers headers, String mime, List<Part> parts) implements Part {}

  /**
   * @param headers those of the mail
   * @throws UnreadableMail if there is nothing that can be read within the limits
   */
  static MimeTree read(byte[] raw, Headers headers) throws UnreadableMail {
    byte[] body = raw;
    int from = headers.body();
    if (Headers.bareReturns(raw)) {
      body = Arrays.copyOfRange(raw, from, raw.length);
      from = 0;
      for (int i = 0; i < body.length; i++) {
        if (body[i] == '\r' && (i + 1 == body.length || body[i + 1] != '\n')) {
          body[i] = '\n';
        }
      }
    }
    var reader = new Reader();
    Part root = reader.entity(headers, body, from, 0);
    if (reader.cut && reader.leaves == 0) {
      throw new UnreadableMail("its parts are nested deeper than " + MAX_DEPTH);
    }
    return new MimeTree(root, reader.cut);
  }

  private static final class Reader {
    private int parts;
    private int leaves;
    private int again;
    private boolean cut;

    Part entity(Headers headers, byte[] bytes, int from, int depth) {
      String mime = mime(headers, "text/plain");
      if (mime.startsWith("multipart/")) {
        String boundary = boundary(headers, bytes, from);
        if (boundary != null) {
          var multi = new Multi(headers, mime, new ArrayList<>());
          children(multi, boundary, bytes, from, depth);
          if (!multi.parts.isEmpty()) {
            return multi;
          }
        }
        mime = "text/plain";
      }
      leaves++;
      String encoding = headers.first("content-transfer-encoding");
      var body = new ByteArrayInputStream(bytes, from, bytes.length - from);
      try {
        return new Leaf(headers, mime, TransferEncoding.decode(body, encoding));
      } catch (IOException e) {
        throw new IllegalStateException("an array can be read", e);
      }
    }

    private void children(Multi root, String boundary, byte[] bytes, int from, int depth) {
      var stream = new MimeTokenStream(CONFIG);
      stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
      String quoted = boundary.replace("\\", "\\\\").replace("\"", "\\\"");
      String type = root.mime.equals("multipart/digest") ? root.mime : "multipart/mixed";
      stream.parseHeadless(
          new ByteArrayInputStream(bytes, from, bytes.length - from),
          type + "; boundary=\"" + quoted + "\"");
      var open = new ArrayDeque<Multi>();
      try {
        read(stream, root, open, depth);
      } catch (MimeException | IOException | IllegalStateException e) {
        cut = true;
      }
    }

    private void read(MimeTokenStream stream, Multi root, ArrayDeque<Multi> open, int depth)
        throws MimeException, IOException {
      var header = new ByteArrayOutputStream();
      byte[] preamble = new byte[0];
      for (EntityState state = stream.getState();
          state != EntityState.T_END_OF_STREAM;
          state = stream.next()) {
        switch (state) {
          case T_START_HEADER -> header.reset();
          case T_FIELD -> add(stream.getField(), header);
          case T_START_MULTIPART -> {
            var multi = root;
            if (!open.isEmpty()) {
              var headers = headers(header);
              multi = new Multi(headers, mime(headers, "multipart/mixed"), new ArrayList<>());
              open.peek().parts.add(multi);
            }
            open.push(multi);
            preamble = new byte[0];
          }
          case T_PREAMBLE -> preamble = stream.getInputStream().readAllBytes();
          case T_END_MULTIPART -> {
            var multi = open.pop();
            if (multi.parts.isEmpty() && !open.isEmpty() && preamble.length > 0) {
              replace(open.peek().parts, multi, preamble, depth + open.size());
            }
            preamble = new byte[0];
          }
          case T_BODY -> open.peek().parts.add(leaf(stream, headers(header), depth + open.size()));
          default -> {
            continue;
          }
        }
        if (open.size() + depth > MAX_DEPTH || parts > MAX_PARTS) {
          cut = true;
          return;
        }
      }
    }

    /** Its boundary never came: it may have another one than it says. */
    private void replace(List<Part> siblings, Multi empty, byte[] preamble, int depth) {
      if (again++ < MAX_AGAIN) {
        siblings.set(siblings.size() - 1, entity(empty.headers, preamble, 0, depth));
      }
    }

    private Part leaf(MimeTokenStream stream, Headers headers, int depth) throws IOException {
      parts++;
      String mime = mime(headers, stream.getBodyDescriptor().getMimeType());
      InputStream body = stream.getInputStream();
      if (mime.startsWith("multipart/")) {
        byte[] bytes = body.readAllBytes();
        if (again++ < MAX_AGAIN && depth <= MAX_DEPTH) {
          return entity(headers, bytes, 0, depth);
        }
        body = new ByteArrayInputStream(bytes);
      }
      leaves++;
      String encoding = headers.first("content-transfer-encoding");
      return new Leaf(headers, mime, TransferEncoding.decode(body, encoding));
    }

    private static Headers headers(ByteArrayOutputStream header) {
      byte[] bytes = header.toByteArray();
      return Headers.read(bytes, 0, bytes.length);
    }

    private static void add(Field field, ByteArrayOutputStream header) {
      var raw = field.getRaw();
      byte[] bytes =
          raw != null
              ? raw.toByteArray()
              : (field.getName() + ": " + field.getBody()).getBytes(ISO_8859_1);
      int end = bytes.length;
      while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
        end--;
      }
      header.write(bytes, 0, end);
      header.write('\n');
    }
  }

  private static String mime(Headers headers, @Nullable String otherwise) {
    String declared = Parameters.parse(headers.first("content-type")).value();
    if (declared.matches("[a-z0-9.+_*-]+/[a-z0-9.+_*-]+")) {
      return declared;
    }
    return switch (declared) {
      case "text", "plain", "ascii" -> "text/plain";
      case "html" -> "text/html";
      case "multipart", "multipart/" -> "multipart/mixed";
      default -> otherwise == null || otherwise.isEmpty() ? "text/plain" : otherwise;
    };
  }

  /** The boundary that is declared if it is there, else one that looks like it. */
  private static @Nullable String boundary(Headers headers, byte[] bytes, int from) {
    String declared = Parameters.parse(headers.first("content-type")).get("boundary");
    if (declared != null && !declared.isEmpty()) {
      for (String one :
          new String[] {
            declared, declared.strip(), declared.replaceAll("^[\"'\\s]+|[\"'\\s]+$", "")
          }) {
        if (!one.isEmpty() && line(bytes, from, "--" + one) >= 0) {
          return one;
        }
      }
    }
    var seen = new HashSet<String>();
    String head = new String(bytes, from, Math.min(bytes.length - from, MAX_PREAMBLE), ISO_8859_1);
    for (String line : head.split("\r?\n", -1)) {
      if (line.startsWith("--") && line.strip().length() > 4 && !line.startsWith("-- ")) {
        String one = line.strip().substring(2);
        String last = one.endsWith("--") ? one.substring(0, one.length() - 2) : one;
        if (seen.size() < MAX_AGAIN && seen.add(last) && introducesPart(bytes, from, "--" + last)) {
          return last;
        }
      }
    }
    return null;
  }

  private static boolean introducesPart(byte[] bytes, int from, String start) {
    int at = line(bytes, from, start);
    while (at >= 0 && at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    return at > 0
        && at + 9 < bytes.length
        && new String(bytes, at + 1, 8, ISO_8859_1).equalsIgnoreCase("content-");
  }

  /** Where the first line begins that begins so; -1 if there is none. */
  private static int line(byte[] bytes, int from, String start) {
    byte[] wanted = start.getBytes(ISO_8859_1);
    for (int at = from; at + wanted.length <= bytes.length; at++) {
      if ((at == from || bytes[at - 1] == '\n')
          && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }
}
