package dev.hilo.core;

import dev.hilo.channel.FileType;
import dev.hilo.channel.MediaSource;
import dev.hilo.config.ByteSize;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.conversation.Content;
import dev.hilo.store.Blobs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files that customers sent. What a customer may have written leads to the public Internet
 * only: a name is looked up once, all its addresses are judged, and the connection goes to the
 * judged address. For virtual threads.
 */
public final class Download {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int REDIRECTS = 5;
  private static final Set<String> PAGES =
      Set.of("text/html", "application/xhtml+xml", "application/json", "application/problem+json");

  /**
   * Which files are taken in.
   *
   * @param maxBytes the largest file that is fetched, or taken from staff
   * @param visitorBytes the largest file that is taken from visitors
   * @param allowHttp also without TLS
   * @param allowHosts names and addresses that may lie in a private network, and be without TLS
   */
  public record Settings(
      @Default("50MB") ByteSize maxBytes,
      @Default("10MB") ByteSize visitorBytes,
      @Default("false") boolean allowHttp,
      List<String> allowHosts) {
    public Settings {
      new Rules()
          .within("max-bytes in bytes", maxBytes.bytes(), 1024, Blobs.MOST)
          .within("visitor-bytes in bytes", visitorBytes.bytes(), 0, Blobs.MOST)
          .hold(
              allowHosts.stream().noneMatch(h -> h.isBlank() || h.contains("/")),
              "allow-hosts must each be a name or an address, like files.internal or 10.0.0.7")
          .check();
    }
  }

  /** Looks a name up. */
  interface Names {
    List<InetAddress> of(String host) throws UnknownHostException;
  }

  sealed interface Result {
    /** It stands in the file that was given. */
    record Done(FileType type, long size) implements Result {}

    /** {@code after}: what the other side asks for; null = nothing. */
    record Later(@Nullable Duration after, String why) implements Result {}

    /** The link is over, or was never good; a new one may be. */
    record Stale(String why) implements Result {}

    record Never(String why) implements Result {}
  }

  private final HttpClient client;
  private final Settings settings;
  private final Names names;

  public Download(Vertx vertx, Settings settings) {
    this(vertx, settings, host -> List.of(InetAddress.getAllByName(host)));
  }

  Download(Vertx vertx, Settings settings, Names names) {
    this.settings = settings;
    this.names = names;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(10_000)
                .setIdleTimeout(30)
                .setKeepAlive(false),
            new PoolOptions().setHttp1MaxSize(64));
  }

  /** Where a request goes. */
  private record Hop(URI url, boolean trusted) {
    boolean tls() {
      return "https".equalsIgnoreCase(url.getScheme());
    }

    int port() {
      return url.getPort() >= 0 ? url.getPort() : tls() ? 443 : 80;
    }

    String host() {
      return url.getHost().toLowerCase(Locale.ROOT);
    }

    boolean sameHost(Hop other) {
      return host().equals(other.host()) && port() == other.port() && tls() == other.tls();
    }

    String path() {
      String path = url.getRawPath();
      String query = url.getRawQuery();
      return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }
  }

  /**
   * An answer with the parts of its body as they come: buffers, then {@link #LAST} or a throwable.
   * It is never paused: of one that is, Vert.x 5.0 loses what came before the connection was
   * closed. Only as much as a file may have is taken before {@code reset}.
   */
  private record Coming(HttpClientResponse answer, BlockingQueue<Object> parts) {
    static final Object LAST = new Object();

    static Coming of(HttpClientResponse answer) {
      BlockingQueue<Object> parts = new LinkedBlockingQueue<>();
      answer.handler(parts::add).exceptionHandler(parts::add).endHandler(_ -> parts.add(LAST));
      return new Coming(answer, parts);
    }
  }

  /** The address may not be asked. */
  private static final class Forbidden extends Exception {
    private static final long serialVersionUID = 1;

    Forbidden(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * Fetches one file.
   *
   * @param promised what the platform says that it is
   */
  Result of(MediaSource.Link link, Content.Media promised, Path to) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      Hop hop = new Hop(link.url(), link.trusted());
      Map<String, String> headers = link.headers();
      for (int i = 0; i <= REDIRECTS; i++) {
        HttpClientRequest request = open(hop, end);
        try {
          headers.forEach(request::putHeader);
          request.putHeader("Accept-Encoding", "identity");
          // asked for first: a short answer may be over by the time that send returns
          Future<Coming> answer = request.response().map(Coming::of);
          request.end();
          Coming coming = await(answer, end);
          String location = coming.answer.getHeader("Location");
          if (coming.answer.statusCode() / 100 != 3 || location == null) {
            return read(coming, promised, to, end);
          }
          Hop next = new Hop(hop.url.resolve(location), false);
          boolean same = next.url.getHost() != null && next.sameHost(hop);
          headers = same ? headers : Map.of();
          hop = new Hop(next.url, same && hop.trusted);
        } finally {
          request.reset(); // does nothing after the end
        }
      }
      return new Result.Never("it leads on and on");
    } catch (Forbidden e) {
      return new Result.Never(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return new Result.Never("it leads to what is no address");
    } catch (UnknownHostException e) {
      return new Result.Later(null, "the host's name is not known");
    } catch (TimeoutException e) {
      return new Result.Later(null, "it takes too long");
    } catch (IOException e) {
      return new Result.Later(null, "the connection failed");
    }
  }

  private HttpClientRequest open(Hop hop, long end)
      throws Forbidden, IOException, TimeoutException, InterruptedException {
    InetAddress address = judged(hop);
    return await(
        client.request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setServer(
                    SocketAddress.inetSocketAddress(new InetSocketAddress(address, hop.port())))
                .setHost(hop.host())
                .setPort(hop.port())
                .setSsl(hop.tls())
                .setURI(hop.path())),
        end);
  }

  private InetAddress judged(Hop hop) throws Forbidden, UnknownHostException {
    String scheme = String.valueOf(hop.url.getScheme()).toLowerCase(Locale.ROOT);
    if (hop.url.getHost() == null || !Set.of("http", "https").contains(scheme)) {
      throw new Forbidden("it leads to what is no address");
    }
    boolean allowed = hop.trusted || settings.allowHosts.contains(hop.host());
    if (!allowed && !hop.tls() && !settings.allowHttp) {
      throw new Forbidden("its address is not https");
    }
    List<InetAddress> all = names.of(hop.host());
    if (!allowed && !all.stream().allMatch(PublicNet::has)) {
      throw new Forbidden("its address is not a public one");
    }
    return all.getFirst();
  }

  private Result read(Coming coming, Content.Media promised, Path to, long end)
      throws IOException, TimeoutException, InterruptedException {
    HttpClientResponse answer = coming.answer;
    int status = answer.statusCode();
    String why = "the other side answered " + status;
    Duration after = after(answer.getHeader("Retry-After"));
    if (status == 202) {
      return new Result.Later(after, "it is not ready yet");
    } else if (status == 408 || status == 425 || status == 429 || status >= 500) {
      return new Result.Later(after, why);
    } else if (status == 401 || status == 403 || status == 404 || status == 410) {
      return new Result.Stale(why);
    } else if (status != 200) {
      return new Result.Never(why);
    }
    String declared = FileType.plain(answer.getHeader("Content-Type"));
    if (PAGES.contains(declared) && !mayBePage(promised)) {
      return new Result.Never("a page came instead of the file");
    }
    String length = answer.getHeader("Content-Length");
    if (length != null
        && length.length() < 18
        && Long.parseLong(length) > settings.maxBytes.bytes()) {
      return new Result.Never(tooLarge());
    }
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    long size = body(coming.parts, to, head, end);
    byte[] start = head.toByteArray();
    if (size < 0) {
      return new Result.Never(tooLarge());
    } else if (size == 0) {
      return new Result.Later(null, "it is empty");
    } else if (FileType.page(start) && !mayBePage(promised)) {
      return new Result.Never("a page came instead of the file");
    }
    boolean vague = declared.isEmpty() || declared.equals("application/octet-stream");
    return new Result.Done(FileType.of(start, vague ? promised.mime() : declared), size);
  }

  private String tooLarge() {
    long most = settings.maxBytes.bytes();
    return "it is larger than " + (most < 1 << 20 ? (most >> 10) + " kB" : (most >> 20) + " MB");
  }

  private static @Nullable Duration after(@Nullable String header) {
    return header != null && header.matches("\\d{1,5}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : null;
  }

  /** Customers do send saved pages. */
  private static boolean mayBePage(Content.Media promised) {
    String name = Objects.requireNonNullElse(promised.name(), "").toLowerCase(Locale.ROOT);
    return promised.kind() == Content.Media.Kind.FILE
        && (PAGES.contains(FileType.plain(promised.mime()))
            || List.of(".html", ".htm", ".xhtml", ".json").stream().anyMatch(name::endsWith));
  }

  /** Gives the size, or -1 when it is too large. */
  private long body(BlockingQueue<Object> parts, Path to, ByteArrayOutputStream head, long end)
      throws IOException, TimeoutException, InterruptedException {
    long size = 0;
    try (OutputStream out = Files.newOutputStream(to)) {
      while (true) {
        Object part = parts.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        switch (part) {
          case null -> throw new TimeoutException();
          case Buffer b -> {
            size += b.length();
            if (size > settings.maxBytes.bytes()) {
              return -1;
            }
            byte[] bytes = b.getBytes();
            head.write(bytes, 0, Math.min(bytes.length, Math.max(0, FileType.HEAD - head.size())));
            out.write(bytes);
          }
          case Throwable e -> throw new IOException(e);
          default -> {
            return size;
          }
        }
      }
    }
  }

  private static <T> T await(Future<T> future, long end)
      throws IOException, TimeoutException, InterruptedException {
    try {
      return future.await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw e;
    } catch (Exception e) { // await throws whatever the future failed with
      if (e instanceof InterruptedException i) {
        throw i;
      }
      throw new IOException(e);
    }
  }
}
