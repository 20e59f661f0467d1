package dev.hilo.load.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A blocking connection to Redis (redis.io/docs/latest/develop/reference/protocol-spec), one call
 * at a time.
 */
public final class Resp implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  public Resp(int port) throws IOException {
    socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** The reply as text; a list gives its length only. */
  public String call(String... words) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    write(request, "*" + words.length + "\r\n");
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      write(request, "$" + bytes.length + "\r\n");
      request.write(bytes);
      write(request, "\r\n");
    }
    out.write(request.toByteArray());
    return reply();
  }

  private static void write(ByteArrayOutputStream to, String text) {
    to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The next thing Redis says. */
  public String reply() throws IOException {
    String line = line();
    return switch (line.charAt(0)) {
      case '-' -> throw new IOException("Redis: " + line);
      case '$' -> bulk(Integer.parseInt(line.substring(1)));
      default -> line.substring(1);
    };
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    byte[] bytes = in.readNBytes(length + 2);
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("Redis closed the connection");
      }
      if (b != '\r') {
        bytes.write(b);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /**
   * The quoted words of a line of MONITOR; other than ASCII only as escapes, which are kept as one
   * letter each.
   */
  public static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    for (int i = line.indexOf('"'); i >= 0; i = line.indexOf('"', i + 1)) {
      StringBuilder word = new StringBuilder();
      for (i++; line.charAt(i) != '"'; i++) {
        char c = line.charAt(i);
        if (c == '\\') {
          i++;
          if (line.charAt(i) == 'x') {
            word.append((char) Integer.parseInt(line, i + 1, i + 3, 16));
            i += 2;
          } else {
            word.append(line.charAt(i));
          }
        } else {
          word.append(c);
        }
      }
      words.add(word.toString());
    }
    return words;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
