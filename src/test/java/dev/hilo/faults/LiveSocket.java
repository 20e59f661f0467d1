package dev.hilo.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket to {@code /live}, blocking, without any recovery of its own. */
final class LiveSocket implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MS = 2500;
  private static final int LARGEST = 1 << 24;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;
  private volatile long heard = System.nanoTime();

  /** Connects and shakes hands, or fails within a few seconds. */
  LiveSocket(int port) throws IOException {
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 15));
      out = socket.getOutputStream();
      out.write(
          """
          GET /live HTTP/1.1\r
          Host: 127.0.0.1\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Version: 13\r
          Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
          Sec-WebSocket-Protocol: hilo.v1\r
          \r
          """
              .getBytes(StandardCharsets.US_ASCII));
      String status = line();
      if (!status.contains(" 101 ")) {
        throw new IOException("no WebSocket: " + status);
      }
      while (!line().isEmpty()) {
        // the other headers are of no interest
      }
      socket.setSoTimeout(0);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** Nanoseconds since anything came in. */
  long silentFor() {
    return System.nanoTime() - heard;
  }

  /** The next frame; null when the gateway closed the socket. */
  JsonNode read() throws IOException {
    while (true) {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      long length = second & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      if (length < 0 || length > LARGEST) {
        throw new IOException("a frame of " + length + " bytes");
      }
      byte[] payload = in.readNBytes((int) length);
      if (payload.length < length) {
        throw new EOFException();
      }
      heard = System.nanoTime();
      switch (first & 0x0f) {
        case 1 -> {
          return JSON.readTree(payload);
        }
        case 8 -> {
          return null;
        }
        case 9 -> frame(10, payload);
        default -> {}
      }
    }
  }

  void send(ObjectNode frame) throws IOException {
    frame(1, JSON.writeValueAsBytes(frame));
  }

  private void frame(int kind, byte[] payload) throws IOException {
    int head = payload.length < 126 ? 6 : payload.length < 1 << 16 ? 8 : 14;
    byte[] bytes = new byte[head + payload.length];
    bytes[0] = (byte) (0x80 | kind);
    if (head == 6) {
      bytes[1] = (byte) (0x80 | payload.length);
    } else if (head == 8) {
      bytes[1] = (byte) (0x80 | 126);
      bytes[2] = (byte) (payload.length >> 8);
      bytes[3] = (byte) payload.length;
    } else {
      throw new IOException("a client frame of " + payload.length + " bytes");
    }
    // the mask is four zeros: allowed, and the payload stays as it is
    System.arraycopy(payload, 0, bytes, head, payload.length);
    synchronized (out) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone, which is what was wanted
    }
  }
}
