package dev.hilo.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.config.ByteSize;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileBlobs;
import dev.hilo.testing.FileServer;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mail's pictures come from the public Internet, are pictures, and tell nobody who looks. */
class PicturesTest {
  private static final String NOT_PUBLIC = "its address is not a public one";

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final FileServer server = new FileServer();
  private final Map<String, Deque<String>> names = new HashMap<>();
  private final List<String> lookedUp = new ArrayList<>();
  private Pictures pictures;

  @BeforeEach
  void start() {
    Blobs blobs = new FileBlobs(folder);
    Download.Settings settings =
        new Download.Settings(
            ByteSize.parse("50MB"), new ByteSize(0), false, List.of("cdn.example"));
    pictures = new Pictures(vertx, settings, blobs, this::lookUp);
    names.put("cdn.example", new ArrayDeque<>(List.of("127.0.0.1")));
  }

  @AfterEach
  void stop() {
    server.close();
    vertx.close().await();
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    lookedUp.add(host);
    Deque<String> known = names.get(host);
    if (known == null) {
      return List.of(InetAddress.getAllByName(host));
    }
    String all = known.size() > 1 ? known.remove() : known.getFirst();
    return Stream.of(all.split(" ", -1)).map(InetAddress::ofLiteral).toList();
  }

  private Pictures.Picture fetch(String url) {
    CompletableFuture<Pictures.Picture> result = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            result.complete(pictures.of(url));
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return result.orTimeout(60, TimeUnit.SECONDS).join();
  }

  private String there(String host, String path) {
    return "http://" + host + ":" + server.port() + path;
  }

  private void refused(String url, String why) throws Exception {
    assertThatThrownBy(() -> fetch(url))
        .as(url)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(Problem.class)
        .hasMessageContaining(why);
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).as("left behind").isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "0.0.0.0",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        "fe80::1",
        "1.1.1.1 127.0.0.1"
      })
  void addressesNextToOursAreNotAsked(String addresses) throws Exception {
    server.at("/a", 200, "image/png", FileServer.PNG);
    names.put("evil.example", new ArrayDeque<>(List.of(addresses)));
    refused(there("evil.example", "/a"), NOT_PUBLIC);
    refused("https://evil.example/a", NOT_PUBLIC);
    assertThat(server.asked("/a")).isEmpty();
  }

  @Test
  void redirectsThereAreNotFollowed() throws Exception {
    names.put("evil.example", new ArrayDeque<>(List.of("127.0.0.1")));
    server
        .at("/secret", 200, "image/png", FileServer.PNG)
        .redirect("/name", there("evil.example", "/secret"))
        .redirect("/number", there("127.0.0.1", "/secret"))
        .redirect("/metadata", "http://169.254.169.254/latest/meta-data")
        .redirect("/file", "file:///etc/passwd")
        .redirect("/loop", "/loop");
    for (String path : List.of("/name", "/number", "/metadata")) {
      refused(there("cdn.example", path), NOT_PUBLIC);
    }
    refused(there("cdn.example", "/file"), "it leads to what is no address");
    refused(there("cdn.example", "/loop"), "it leads on and on");
    assertThat(server.asked("/secret")).isEmpty();
  }

  @Test
  void aNameThatChangesItsMindIsJudgedByTheAddressThatIsAsked() throws Exception {
    server.at("/secret", 200, "image/png", FileServer.PNG);
    names.put("rebind.example", new ArrayDeque<>(List.of("127.0.0.1", "1.1.1.1")));
    refused(there("rebind.example", "/secret"), NOT_PUBLIC);
    assertThat(lookedUp).containsExactly("rebind.example");
    assertThat(server.asked("/secret")).isEmpty();
  }

  @Test
  void picturesAreKnownByTheirBytes() throws Exception {
    byte[] gif = "GIF89a\1\0\1\0\0\0\0;".getBytes(UTF_8);
    byte[] jpeg = HexFormat.of().parseHex("ffd8ffe000104a46494600010100");
    byte[] webp = "RIFF\4\0\0\0WEBPVP8 ".getBytes(UTF_8);
    server
        .at("/png", 200, "text/plain", FileServer.PNG)
        .at("/gif", 200, "application/octet-stream", gif)
        .at("/jpeg", 200, "image/png", jpeg)
        .at("/webp", 200, "image/webp", webp)
        .at("/svg", 200, "image/svg+xml", "<svg onload='x()'/>".getBytes(UTF_8))
        .at("/lie", 200, "image/png", "<svg onload='x()'/>".getBytes(UTF_8))
        .at("/html", 200, "image/png", "<!doctype html><script>x()</script>".getBytes(UTF_8))
        .at("/page", 200, "text/html", "<p>hi".getBytes(UTF_8))
        .at("/pdf", 200, "image/png", "%PDF-1.7".getBytes(UTF_8))
        .at("/bmp", 200, "image/bmp", "BM aaaaaaa".getBytes(UTF_8));
    for (String type : List.of("png", "gif", "jpeg", "webp")) {
      Pictures.Picture picture = fetch(there("cdn.example", "/" + type));
      assertThat(picture.mime()).isEqualTo("image/" + type);
      assertThat(Files.size(picture.file())).isEqualTo(picture.size());
      Files.delete(picture.file());
    }
    for (String path : List.of("/svg", "/lie", "/html", "/page", "/pdf", "/bmp", "/none")) {
      refused(there("cdn.example", path), "this picture cannot be had");
    }
  }

  @Test
  void tooLargeIsNotTaken() throws Exception {
    byte[] large = new byte[Pictures.MOST + 1];
    System.arraycopy(FileServer.PNG, 0, large, 0, FileServer.PNG.length);
    server.at("/said", 200, "image/png", large).unsaid("/unsaid", large);
    for (String path : List.of("/said", "/unsaid")) {
      refused(there("cdn.example", path), "it is larger than 5 MB");
    }
  }

  @Test
  void whoLooksIsNotTold() throws Exception {
    server.at("/a", 200, "image/png", FileServer.PNG);
    Files.delete(fetch(there("cdn.example", "/a?u=ana")).file());
    assertThat(server.asked("/a").getFirst().headers())
        .doesNotContainKeys("Cookie", "Referer", "Authorization", "X-forwarded-for", "User-agent");
  }

  @Test
  void whatIsNoAddressIsRefused() throws Exception {
    refused("http://[oops", "no address");
    refused("file:///etc/passwd", "no address");
    refused("", "no address");
  }
}
