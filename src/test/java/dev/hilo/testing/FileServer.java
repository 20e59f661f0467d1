package dev.hilo.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A server on this machine that files are fetched from. */
public final class FileServer implements AutoCloseable {
  /** A picture of one pixel. */
  public static final byte[] PNG =
      java.util.HexFormat.of()
          .parseHex(
              "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
                  + "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082");

  private final HttpServer server;
  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final List<Asked> asked = new ArrayList<>();

  /** A request as it came. */
  public record Asked(String path, Map<String, List<String>> headers) {}

  /** Answers the {@code count}-th request for a path, from 1. */
  public interface Page {
    void answer(HttpExchange request, int count) throws IOException;
  }

  public FileServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange request) throws IOException {
    String path = request.getRequestURI().getPath();
    int count;
    synchronized (asked) {
      asked.add(new Asked(path, Map.copyOf(request.getRequestHeaders())));
      count = asked(path).size();
    }
    Page page = pages.get(path);
    if (page == null) {
      request.sendResponseHeaders(404, -1);
    } else {
      page.answer(request, count);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI url(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  public FileServer at(String path, Page page) {
    pages.put(path, page);
    return this;
  }

  public FileServer at(String path, int status, String type, byte[] body) {
    return at(path, (request, _) -> answer(request, status, type, body));
  }

  /** Answers without saying how much comes. */
  public FileServer unsaid(String path, byte[] body) {
    return at(
        path,
        (request, _) -> {
          request.sendResponseHeaders(200, 0);
          request.getResponseBody().write(body);
          request.getResponseBody().close();
        });
  }

  /** {@code location}: where every request for {@code path} is sent to. */
  public FileServer redirect(String path, String location) {
    return at(
        path,
        (request, _) -> {
          request.getResponseHeaders().add("Location", location);
          request.sendResponseHeaders(302, -1);
        });
  }

  public static void answer(HttpExchange request, int status, String type, byte[] body)
      throws IOException {
    request.getResponseHeaders().add("Content-Type", type);
    request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = request.getResponseBody()) {
        out.write(body);
      }
    }
  }

  public List<Asked> asked(String path) {
    synchronized (asked) {
      return asked.stream().filter(a -> a.path.equals(path)).toList();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
