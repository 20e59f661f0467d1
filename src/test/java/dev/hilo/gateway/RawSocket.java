package dev.hilo.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;

/** A WebSocket by hand, for frames that no client sends. */
final class RawSocket implements AutoCloseable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int FINAL = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** One frame as it came. */
  record Frame(int opcode, byte[] payload) {
    String text() {
      return new String(payload, UTF_8);
    }

    /** Of a close frame; 1005 if it has none. */
    int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }

    String reason() {
      return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
    }
  }

  private RawSocket(URI node) throws IOException {
    socket = new Socket("127.0.0.1", node.getPort());
    socket.setSoTimeout((int) Nodes.PATIENCE.toMillis());
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static String opening(String... more) {
    return "GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + String.join("\r\n", more)
        + "\r\n\r\n";
  }

  /** Connected, and nothing said. */
  static RawSocket half(URI node) throws IOException {
    return new RawSocket(node);
  }

  static RawSocket open(URI node) throws IOException {
    RawSocket raw = new RawSocket(node);
    raw.write(
        opening(
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: other, hilo.v1")
            .getBytes(US_ASCII));
    return raw;
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** The head of an HTTP answer. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** Sends one frame, masked as a client's must be. */
  void send(int first, byte[] payload) throws IOException {
    write(frame(first, payload, true));
  }

  void say(String text) throws IOException {
    send(FINAL | TEXT, text.getBytes(UTF_8));
  }

  static byte[] frame(int first, byte[] payload, boolean masked) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    int mask = masked ? 0x80 : 0;
    frame.write(first);
    if (payload.length < 126) {
      frame.write(mask | payload.length);
    } else if (payload.length < 65_536) {
      frame.write(mask | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    byte[] key = masked ? new byte[] {1, 2, 3, 4} : new byte[0];
    frame.writeBytes(key);
    for (int i = 0; i < payload.length; i++) {
      frame.write(masked ? payload[i] ^ key[i % 4] : payload[i]);
    }
    return frame.toByteArray();
  }

  Frame next() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    return new Frame(first & 0x0F, in.readNBytes(length));
  }

  /** The next frame of this kind; the others are passed over. */
  Frame next(int opcode) throws IOException {
    Frame frame = next();
    while (frame.opcode != opcode) {
      frame = next();
    }
    return frame;
  }

  /** The next text frame of this type. */
  String next(String type) throws IOException {
    String text = next(TEXT).text();
    while (!text.contains("\"type\":\"" + type + "\"")) {
      text = next(TEXT).text();
    }
    return text;
  }

  /** True once the other side has ended the connection. */
  boolean ended() throws IOException {
    try {
      while (in.read() >= 0) {
        // what was still on its way
      }
      return true;
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  /** Says nothing more, and still reads. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
