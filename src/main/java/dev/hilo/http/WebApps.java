package dev.hilo.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The pages and scripts of the gateway, read from {@code classpath:/web} once and served from
 * memory.
 *
 * <p>Scripts under {@code /assets} carry their hash in their name and never change; the loader
 * {@code /widget.js} keeps its name and is asked for again after five minutes; pages are asked for
 * every time. Everything has a strong ETag. Instances are immutable and may be shared by event
 * loops.
 */
public final class WebApps {
  private static final String POLICY =
      String.join(
          "; ",
          "default-src 'self'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self' data: blob:",
          "connect-src 'self' ws: wss:",
          "frame-src 'self'",
          "object-src 'none'",
          "base-uri 'none'",
          "form-action 'self'",
          "frame-ancestors 'none'");
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("mp3", "audio/mpeg"));

  /** One file as it goes out; {@code zipped} is its gzip form where the build made one. */
  private record Asset(String type, Buffer plain, @Nullable Buffer zipped, String hash) {}

  private final Map<String, Asset> assets;

  private WebApps(Map<String, Asset> assets) {
    this.assets = Map.copyOf(assets);
  }

  /**
   * Reads all pages. Blocks; call it at start.
   *
   * @throws IllegalStateException when the class path has no built pages
   * @throws UncheckedIOException when they cannot be read
   */
  public static WebApps load() {
    URL manifest = WebApps.class.getResource("/web/manifest.json");
    if (manifest == null) {
      throw new IllegalStateException(
          "the class path has no web/manifest.json, expected the pages built by Maven's"
              + " generate-resources phase");
    }
    try {
      URI uri = manifest.toURI();
      if (!"jar".equals(uri.getScheme())) {
        return new WebApps(read(Path.of(uri).resolveSibling("")));
      }
      try (var jar = FileSystems.newFileSystem(uri, Map.of())) {
        return new WebApps(read(jar.getPath("/web")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the pages cannot be read from " + manifest, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the pages cannot be read from " + manifest, e);
    }
  }

  /** Mounts the loader, the assets, the dashboard {@code /agent} and the page {@code /c}. */
  public void mount(Router router) {
    serve(router, "/widget.js", context -> send(context, "widget.js", WebApps::loaderHeaders));
    serve(
        router,
        "/assets/*",
        context -> send(context, context.normalizedPath().substring(1), WebApps::immutableHeaders));
    serve(router, "/agent", page("dashboard/agent.html"));
    serve(
        router,
        "/",
        context -> context.response().setStatusCode(302).putHeader("Location", "/agent").end());
    Handler<RoutingContext> continued = page("continue/continue.html");
    serve(
        router,
        "/c",
        context -> {
          context.response().putHeader("Referrer-Policy", "no-referrer");
          context.response().putHeader("X-Robots-Tag", "noindex");
          continued.handle(context);
        });
  }

  /**
   * Answers with one page, for those who mount pages of their own.
   *
   * @param name path below {@code /web}, such as {@code demo/shop.html}
   * @throws IllegalArgumentException when there is no such page
   */
  public Handler<RoutingContext> page(String name) {
    if (!name.endsWith(".html") || !assets.containsKey(name)) {
      var pages = new TreeSet<>(assets.keySet());
      pages.removeIf(each -> !each.endsWith(".html"));
      throw new IllegalArgumentException("page: got " + name + ", expected one of " + pages);
    }
    return context -> send(context, name, WebApps::pageHeaders);
  }

  private static void serve(Router router, String path, Handler<RoutingContext> handler) {
    router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
  }

  private void send(RoutingContext context, String name, Handler<HttpServerResponse> headers) {
    HttpServerRequest request = context.request();
    HttpServerResponse response = context.response();
    response.putHeader("X-Content-Type-Options", "nosniff");
    Asset asset = assets.get(name);
    if (asset == null) {
      response.setStatusCode(404).putHeader(HttpHeaders.CACHE_CONTROL, "no-store").end();
      return;
    }
    headers.handle(response);
    Buffer zipped = accepts(request, "gzip") ? asset.zipped() : null;
    String tag = '"' + asset.hash() + (zipped == null ? "" : "-gz") + '"';
    response.putHeader(HttpHeaders.ETAG, tag).putHeader(HttpHeaders.VARY, "Accept-Encoding");
    if (matches(request.getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
      response.setStatusCode(304).end();
      return;
    }
    Buffer body = zipped == null ? asset.plain() : zipped;
    response.putHeader(HttpHeaders.CONTENT_TYPE, asset.type());
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    if (zipped != null) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(body);
    }
  }

  private static void loaderHeaders(HttpServerResponse response) {
    response.putHeader(
        HttpHeaders.CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400");
    response.putHeader("Timing-Allow-Origin", "*");
    forOtherSites(response);
  }

  private static void immutableHeaders(HttpServerResponse response) {
    response.putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
    forOtherSites(response);
  }

  /** Scripts run on customers' sites, whose pages may demand the consent of what they embed. */
  private static void forOtherSites(HttpServerResponse response) {
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response.putHeader("Cross-Origin-Resource-Policy", "cross-origin");
  }

  private static void pageHeaders(HttpServerResponse response) {
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    response.putHeader("Content-Security-Policy", POLICY);
    response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
    if (!response.headers().contains("Referrer-Policy")) {
      response.putHeader("Referrer-Policy", "same-origin");
    }
  }

  private static boolean accepts(HttpServerRequest request, String encoding) {
    String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
    return accepted != null
        && Arrays.stream(accepted.split(",", -1))
            .map(String::strip)
            .anyMatch(
                each ->
                    each.startsWith(encoding)
                        && !each.substring(encoding.length()).matches("\\s*;\\s*q=0(\\.0*)?"));
  }

  /** Weak comparison, as If-None-Match asks for; {@code *} matches what exists. */
  private static boolean matches(@Nullable String known, String tag) {
    return known != null
        && Arrays.stream(known.split(",", -1))
            .map(String::strip)
            .map(each -> each.startsWith("W/") ? each.substring(2) : each)
            .anyMatch(each -> each.equals(tag) || each.equals("*"));
  }

  private static Map<String, Asset> read(Path root) throws IOException {
    var assets = new HashMap<String, Asset>();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString().replace('\\', '/');
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
          continue;
        }
        byte[] plain = Files.readAllBytes(file);
        Path zipped = file.resolveSibling(file.getFileName() + ".gz");
        assets.put(
            name,
            new Asset(
                type,
                Buffer.buffer(plain),
                Files.exists(zipped) ? Buffer.buffer(Files.readAllBytes(zipped)) : null,
                hash(plain)));
      }
    }
    return assets;
  }

  private static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
