package dev.hilo.load.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/** Closed loops of HTTP posts: each connection asks again as soon as it is answered. */
public final class Posting {
  private Posting() {}

  /**
   * What came of it.
   *
   * @param nanos from the first byte out to the last byte in, for each call
   */
  public record Outcome(long calls, double seconds, Histogram nanos) {}

  /** {@code request}: the bytes of the n-th call of all; null ends a connection. */
  public static Outcome run(int port, int connections, long calls, IntFunction<byte[]> request)
      throws InterruptedException, ExecutionException {
    List<Future<Histogram>> all = new ArrayList<>();
    long each = calls / connections;
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < connections; c++) {
        int first = (int) (c * each);
        all.add(threads.submit(() -> loop(port, first, each, request)));
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Histogram nanos = new Histogram(3);
    for (Future<Histogram> one : all) {
      nanos.add(one.get());
    }
    return new Outcome(each * connections, seconds, nanos);
  }

  private static Histogram loop(int port, int first, long calls, IntFunction<byte[]> request)
      throws IOException {
    Histogram nanos = new Histogram(3);
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      InputStream in = new BufferedInputStream(socket.getInputStream(), 4096);
      for (int i = 0; i < calls; i++) {
        byte[] bytes = request.apply(first + i);
        long start = System.nanoTime();
        out.write(bytes);
        answer(in);
        nanos.recordValue(System.nanoTime() - start);
      }
    }
    return nanos;
  }

  private static void answer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException("answered " + status);
    }
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    in.skipNBytes(length);
  }

  private static String line(InputStream in) throws IOException {
    byte[] line = new byte[512];
    int n = 0;
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("closed");
      }
      if (b != '\r' && n < line.length) {
        line[n++] = (byte) b;
      }
    }
    return new String(line, 0, n, StandardCharsets.ISO_8859_1);
  }
}
