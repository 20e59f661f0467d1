package dev.hilo.channel.email;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 */
final class MimeTree {
  static final int MAX_DEPTH = 30;
  static final int MAX_PARTS = 1000;

  private static final MimeConfig CONFIG =
      MimeConfig.custom()
          .setMaxLineLen(-1)
          .setMaxHeaderLen(Headers.MAX_BYTES)
          .setMaxHeaderCount(Headers.MAX_FIELDS)
          .setMaxContentLen(-1)
          .build();

  private MimeTree() {}

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
   * @throws UnreadableMail if it is beyond a limit or has no structure that can be followed
   */
  static Part read(byte[] raw) throws UnreadableMail {
    var stream = new MimeTokenStream(CONFIG);
    stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
    stream.parse(new ByteArrayInputStream(raw));
    try {
      return read(stream);
    } catch (MimeException | IOException e) {
      throw new UnreadableMail("its structure is broken");
    }
  }

  private static Part read(MimeTokenStream stream)
      throws UnreadableMail, MimeException, IOException {
    var open = new ArrayDeque<Multi>();
    var fields = new ArrayList<Headers.Field>();
    Part root = null;
    int parts = 0;
    for (EntityState state = stream.getState();
        state != EntityState.T_END_OF_STREAM;
        state = stream.next()) {
      switch (state) {
        case T_START_HEADER -> fields.clear();
        case T_FIELD -> add(stream.getField(), fields);
        case T_START_MULTIPART -> {
          var multi = new Multi(Headers.of(fields), mime(stream), new ArrayList<>());
          root = attach(multi, open.peek(), root);
          open.push(multi);
          if (open.size() > MAX_DEPTH) {
            throw new UnreadableMail("its parts are nested deeper than " + MAX_DEPTH);
          }
          parts++;
        }
        case T_END_MULTIPART -> open.pop();
        case T_BODY -> {
          var headers = Headers.of(fields);
          String encoding = headers.first("content-transfer-encoding");
          byte[] body = stream.getInputStream().readAllBytes();
          byte[] bytes = TransferEncoding.decode(body, encoding == null ? "" : encoding);
          root = attach(new Leaf(headers, mime(stream), bytes), open.peek(), root);
          parts++;
        }
        default -> {}
      }
      if (parts > MAX_PARTS) {
        throw new UnreadableMail("it has more than " + MAX_PARTS + " parts");
      }
    }
    return root != null ? root : new Leaf(Headers.of(fields), "text/plain", new byte[0]);
  }

  private static Part attach(Part part, @Nullable Multi parent, @Nullable Part root) {
    if (parent != null) {
      parent.parts.add(part);
    }
    return root == null ? part : root;
  }

  private static String mime(MimeTokenStream stream) {
    String mime = stream.getBodyDescriptor().getMimeType();
    return mime == null || mime.isEmpty() ? "text/plain" : mime;
  }

  private static void add(Field field, List<Headers.Field> fields) {
    var raw = field.getRaw();
    byte[] bytes =
        raw != null
            ? raw.toByteArray()
            : (field.getName() + ": " + field.getBody()).getBytes(StandardCharsets.UTF_8);
    var read = Headers.field(bytes, 0, bytes.length);
    if (read != null) {
      fields.add(read);
    }
  }
}
