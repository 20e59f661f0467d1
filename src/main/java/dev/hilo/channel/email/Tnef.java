package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import dev.hilo.channel.FileType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Outlook packs into {@code winmail.dat} (MS-OXTNEF). Small on purpose: attributes beyond body
 * and files are passed over.
 *
 * @param text the plain body, null if none
 * @param html the HTML body as it came, null if none
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are not changed once read
record Tnef(@Nullable String text, byte @Nullable [] html, List<Mail.File> files) {
  private static final int SIGNATURE = 0x223e9f78;
  private static final int MAX_FILES = 200;
  private static final int MAX_PROPERTIES = 2000;

  private static final int BODY = 0x800c;
  private static final int ATTACH_BEGIN = 0x9002;
  private static final int ATTACH_TITLE = 0x8010;
  private static final int ATTACH_DATA = 0x800f;
  private static final int ATTACH_PROPERTIES = 0x9005;
  private static final int MESSAGE_PROPERTIES = 0x9003;

  private static final int MAPI_BODY = 0x1000;
  private static final int MAPI_HTML = 0x1013;
  private static final int MAPI_DATA = 0x3701;
  private static final int MAPI_LONG_NAME = 0x3707;
  private static final int MAPI_SHORT_NAME = 0x3704;
  private static final int MAPI_MIME = 0x370e;
  private static final int MAPI_CONTENT_ID = 0x3712;

  private static final class Draft {
    private @Nullable String title;
    private @Nullable String name;
    private @Nullable String mime;
    private @Nullable String contentId;
    private byte @Nullable [] data;
  }

  /** Reads it as far as it goes; null if it is none, or nothing in it could be read. */
  static @Nullable Tnef read(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 6 || in.getInt() != SIGNATURE) {
      return null;
    }
    in.getShort();
    var drafts = new ArrayList<Draft>();
    var body = new Draft();
    try {
      while (in.remaining() > 9) {
        in.get();
        int id = in.getInt() & 0xffff;
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
          break;
        }
        ByteBuffer data = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        if (id == ATTACH_BEGIN && drafts.size() < MAX_FILES) {
          drafts.add(new Draft());
        }
        attribute(id, data, drafts.isEmpty() ? null : drafts.getLast(), body);
        if (in.remaining() >= 2) {
          in.getShort();
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // what was read before the fault is kept
    }
    return result(drafts, body);
  }

  private static @Nullable Tnef result(List<Draft> drafts, Draft body) {
    var files = new ArrayList<Mail.File>();
    for (Draft draft : drafts) {
      if (draft.data != null) {
        String mime =
            draft.mime == null || draft.mime.isEmpty() ? "application/octet-stream" : draft.mime;
        String name = draft.name != null ? draft.name : draft.title;
        files.add(
            new Mail.File(
                MailParser.cleanName(name, mime, files.size() + 1),
                mime,
                draft.contentId,
                draft.data));
      }
    }
    return files.isEmpty() && body.name == null && body.data == null
        ? null
        : new Tnef(body.name, body.data, List.copyOf(files));
  }

  private static void attribute(int id, ByteBuffer data, @Nullable Draft file, Draft body) {
    switch (id) {
      case BODY -> body.name = body.name == null ? text(bytes(data)) : body.name;
      case MESSAGE_PROPERTIES -> properties(data, body);
      case ATTACH_TITLE -> {
        if (file != null) {
          file.title = text(bytes(data));
        }
      }
      case ATTACH_DATA -> {
        if (file != null) {
          file.data = bytes(data);
        }
      }
      case ATTACH_PROPERTIES -> {
        if (file != null) {
          properties(data, file);
        }
      }
      default -> {}
    }
  }

  private static void properties(ByteBuffer in, Draft into) {
    int count = Math.min(in.getInt(), MAX_PROPERTIES);
    for (int i = 0; i < count; i++) {
      int type = in.getShort() & 0xffff;
      int id = in.getShort() & 0xffff;
      if (id >= 0x8000) {
        skip(in, 16);
        int named = in.getInt();
        skip(in, named == 0 ? 4 : padded(in.getInt()));
      }
      boolean many = (type & 0x1000) != 0;
      int plain = type & 0xfff;
      boolean sized = plain == 0x1e || plain == 0x1f || plain == 0x102 || plain == 0x0d;
      int values = many || sized ? in.getInt() : 1;
      for (int j = 0; j < values; j++) {
        if (!sized) {
          skip(in, size(plain));
          continue;
        }
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
          throw new IllegalArgumentException("a value longer than all");
        }
        if (j == 0) {
          keep(id, plain, in.slice(in.position(), length), into);
        }
        skip(in, Math.min(padded(length), in.remaining()));
      }
    }
  }

  private static void keep(int id, int type, ByteBuffer value, Draft into) {
    switch (id) {
      case MAPI_BODY, MAPI_LONG_NAME -> into.name = string(type, value);
      case MAPI_SHORT_NAME -> into.title = string(type, value);
      case MAPI_MIME -> into.mime = FileType.plain(string(type, value));
      case MAPI_CONTENT_ID -> into.contentId = string(type, value);
      case MAPI_HTML -> into.data = bytes(value);
      case MAPI_DATA -> {
        boolean object = type == 0x0d && value.remaining() > 16;
        into.data =
            into.data == null ? bytes(object ? value.position(16).slice() : value) : into.data;
      }
      default -> {}
    }
  }

  private static int size(int type) {
    return switch (type) {
      case 0x05, 0x06, 0x07, 0x14, 0x40 -> 8;
      case 0x48 -> 16;
      case 0x02, 0x03, 0x04, 0x0a, 0x0b, 0x01 -> 4;
      default -> throw new IllegalArgumentException("a type nobody knows");
    };
  }

  private static int padded(int length) {
    return length + 3 & ~3;
  }

  private static void skip(ByteBuffer in, int length) {
    in.position(Math.addExact(in.position(), length));
  }

  private static byte[] bytes(ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return bytes;
  }

  private static String string(int type, ByteBuffer value) {
    return type == 0x1f ? new String(bytes(value), UTF_16LE).replace("\0", "") : text(bytes(value));
  }

  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return end == 0
        ? new String(bytes, 0, 0, ISO_8859_1)
        : MailCharset.decode(Arrays.copyOf(bytes, end), null);
  }
}
