package dev.hilo.faults;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Asks a Redis one thing at a time, each over a connection of its own. */
final class Resp {
  private Resp() {}

  /** Text, {@link Long}, list or null; throws what Redis refused or that it does not answer. */
  static Object ask(int port, String... words) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 2000);
      socket.setSoTimeout(5000);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      for (String word : words) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      socket.getOutputStream().write(out.toByteArray());
      return reply(new BufferedInputStream(socket.getInputStream()));
    }
  }

  static String text(int port, String... words) throws IOException {
    return String.valueOf(ask(port, words));
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(int port, String... words) throws IOException {
    return (List<Object>) ask(port, words);
  }

  private static Object reply(InputStream in) throws IOException {
    String head = line(in);
    String rest = head.substring(1);
    return switch (head.charAt(0)) {
      case '+' -> rest;
      case '-' -> throw new IOException("Redis: " + rest);
      case ':' -> Long.parseLong(rest);
      case '$' -> {
        int length = Integer.parseInt(rest);
        if (length < 0) {
          yield null;
        }
        byte[] bytes = in.readNBytes(length + 2);
        yield new String(bytes, 0, length, StandardCharsets.UTF_8);
      }
      case '*' -> {
        List<Object> items = new ArrayList<>();
        for (int n = Integer.parseInt(rest); n > 0; n--) {
          items.add(reply(in));
        }
        yield items;
      }
      default -> throw new IOException("not RESP: " + head);
    };
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
