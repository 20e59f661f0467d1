package dev.hilo.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.MediaSource;
import dev.hilo.config.ByteSize;
import dev.hilo.conversation.Content;
import dev.hilo.testing.FileServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A customer's link leads to the public Internet and nowhere else. */
class DownloadTest {
  private static final byte[] PNG = FileServer.PNG;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final FileServer server = new FileServer();
  private final Map<String, Deque<String>> names = new HashMap<>();
  private final List<String> lookedUp = new java.util.ArrayList<>();
  private Path to;

  @BeforeEach
  void start() throws IOException {
    to = Files.createTempFile(folder, "file", "");
  }

  @AfterEach
  void stop() {
    server.close();
    vertx.close().await();
  }

  /** What a name leads to, each time it is looked up; the last stays. */
  private void name(String name, String... addresses) {
    names.put(name, new ArrayDeque<>(List.of(addresses)));
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    lookedUp.add(host);
    Deque<String> known = names.get(host);
    if (known == null) {
      return List.of(InetAddress.getAllByName(host));
    }
    String all = known.size() > 1 ? known.remove() : known.getFirst();
    return java.util.Arrays.stream(all.split(" ", -1)).map(InetAddress::ofLiteral).toList();
  }

  private Download.Result fetch(MediaSource.Link link, Content.Media.Kind kind, boolean http) {
    Download.Settings settings =
        new Download.Settings(
            new ByteSize(64 * 1024), new ByteSize(0), http, List.of("files.example"));
    Content.Media promised = new Content.Media(kind, null, null, -1, null, null, "x", null);
    Download download = new Download(vertx, settings, this::lookUp);
    CompletableFuture<Download.Result> result = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            result.complete(download.of(link, promised, to));
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return result.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join();
  }

  private Download.Result fetch(String url) {
    return fetch(
        new MediaSource.Link(URI.create(url), Map.of(), false), Content.Media.Kind.IMAGE, true);
  }

  private Download.Result trusted(String path, Content.Media.Kind kind) {
    return fetch(new MediaSource.Link(server.url(path), Map.of(), true), kind, false);
  }

  private static Download.Result never(String why) {
    return new Download.Result.Never(why);
  }

  private static final Download.Result NOT_PUBLIC = never("its address is not a public one");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void addressesNextToOursAreRefused(String address) {
    assertThat(PublicNet.has(InetAddress.ofLiteral(address))).isFalse();
    name("evil.example", address);
    assertThat(fetch("https://evil.example/a")).isEqualTo(NOT_PUBLIC);
    name("evil.example", "1.1.1.1 " + address);
    assertThat(fetch("https://evil.example/a")).isEqualTo(NOT_PUBLIC);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"})
  void addressesOfTheInternetAreNot(String address) {
    assertThat(PublicNet.has(InetAddress.ofLiteral(address))).isTrue();
  }

  @Test
  void howeverAnAddressIsWritten() {
    server.at("/secret", 200, "image/png", PNG);
    for (String host :
        List.of(
            "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]")) {
      assertThat(fetch("http://" + host + ":" + server.port() + "/secret"))
          .as(host)
          .isEqualTo(NOT_PUBLIC);
    }
    for (String host : List.of("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.")) {
      assertThat(fetch("http://" + host + ":" + server.port() + "/secret"))
          .as(host)
          .isInstanceOfAny(Download.Result.Never.class, Download.Result.Later.class);
    }
    for (String url :
        List.of("file:///etc/passwd", "ftp://files.example/a", "//files.example", "gopher:x")) {
      assertThat(fetch(url)).as(url).isEqualTo(never("it leads to what is no address"));
    }
    assertThat(server.asked("/secret")).isEmpty();
  }

  @Test
  void aNameIsLookedUpOnceForEachRequest() {
    server.at("/secret", 200, "image/png", PNG);
    name("rebind.example", "127.0.0.1", "1.1.1.1");
    assertThat(fetch("http://rebind.example:" + server.port() + "/secret")).isEqualTo(NOT_PUBLIC);
    assertThat(lookedUp).containsExactly("rebind.example");
    assertThat(server.asked("/secret")).isEmpty();
  }

  @Test
  void redirectsAreJudgedToo() {
    name("files.example", "127.0.0.1");
    name("evil.example", "127.0.0.1");
    String evil = "http://evil.example:" + server.port() + "/secret";
    server.at("/secret", 200, "image/png", PNG).redirect("/a", evil).redirect("/loop", "/loop");
    String files = "http://files.example:" + server.port();
    assertThat(fetch(files + "/a")).isEqualTo(NOT_PUBLIC);
    assertThat(trusted("/a", Content.Media.Kind.IMAGE))
        .isEqualTo(never("its address is not https"));
    assertThat(server.asked("/secret")).isEmpty();
    assertThat(fetch(files + "/loop")).isEqualTo(never("it leads on and on"));
    assertThat(server.asked("/loop")).hasSize(6);
    server.redirect("/odd", "http://[oops");
    assertThat(fetch(files + "/odd")).isEqualTo(never("it leads to what is no address"));
  }

  @Test
  void credentialsStayWithTheirHost() {
    name("files.example", "127.0.0.1");
    String files = "http://files.example:" + server.port();
    server.redirect("/a", "/b").redirect("/b", files + "/c").at("/c", 200, "image/png", PNG);
    MediaSource.Link link =
        new MediaSource.Link(server.url("/a"), Map.of("Authorization", "Bearer secret"), true);
    assertThat(fetch(link, Content.Media.Kind.IMAGE, false))
        .isInstanceOf(Download.Result.Done.class);
    assertThat(server.asked("/a").getFirst().headers().toString()).contains("secret");
    assertThat(server.asked("/b").getFirst().headers().toString()).contains("secret");
    assertThat(server.asked("/c").getFirst().headers().toString())
        .doesNotContain("secret")
        .contains("files.example:" + server.port());
  }

  @Test
  void withoutTlsOnlyWhereItIsAllowed() {
    name("files.example", "127.0.0.1");
    server.at("/a", 200, "image/png", PNG);
    MediaSource.Link untrusted =
        new MediaSource.Link(URI.create("http://cdn.example/a"), Map.of(), false);
    assertThat(fetch(untrusted, Content.Media.Kind.IMAGE, false))
        .isEqualTo(never("its address is not https"));
    assertThat(fetch("http://files.example:" + server.port() + "/a"))
        .isInstanceOf(Download.Result.Done.class);
  }

  @Test
  void whatComesIsWhatWasPromised() throws IOException {
    server
        .at("/png", 200, "application/octet-stream", PNG)
        .at("/lie", 200, "image/jpeg", PNG)
        .at("/html", 200, "text/html; charset=utf-8", "<p>sign in</p>".getBytes(UTF_8))
        .at("/json", 200, "application/json", "{}".getBytes(UTF_8))
        .at("/hidden", 200, "image/png", "\n<!DOCTYPE html><p>hi".getBytes(UTF_8))
        .at("/svg", 200, "image/svg+xml", "<svg onload='x()'/>".getBytes(UTF_8))
        .at("/empty", 200, "image/png", new byte[0]);
    for (String path : List.of("/png", "/lie")) {
      assertThat(trusted(path, Content.Media.Kind.IMAGE))
          .isInstanceOfSatisfying(
              Download.Result.Done.class,
              done -> {
                assertThat(done.type().mime()).isEqualTo("image/png");
                assertThat(done.size()).isEqualTo(PNG.length);
              });
      assertThat(Files.readAllBytes(to)).isEqualTo(PNG);
    }
    for (String path : List.of("/html", "/json", "/hidden")) {
      assertThat(trusted(path, Content.Media.Kind.IMAGE))
          .as(path)
          .isEqualTo(never("a page came instead of the file"));
    }
    assertThat(trusted("/svg", Content.Media.Kind.IMAGE))
        .isInstanceOfSatisfying(
            Download.Result.Done.class,
            done -> assertThat(done.type().mime()).isEqualTo("application/octet-stream"));
    assertThat(trusted("/empty", Content.Media.Kind.IMAGE))
        .isInstanceOf(Download.Result.Later.class);
  }

  /** The whole of it may be here before anybody waits for it. */
  @Test
  void shortAnswersAreNotMissed() {
    server.at("/png", 200, "image/png", PNG);
    for (int i = 0; i < 400; i++) {
      assertThat(trusted("/png", Content.Media.Kind.IMAGE))
          .isInstanceOf(Download.Result.Done.class);
    }
  }

  @Test
  void tooMuchIsNotTaken() {
    byte[] large = new byte[64 * 1024 + 1];
    server.at("/said", 200, "video/mp4", large).unsaid("/unsaid", large);
    for (String path : List.of("/said", "/unsaid")) {
      assertThat(trusted(path, Content.Media.Kind.VIDEO))
          .as(path)
          .isEqualTo(never("it is larger than 64 kB"));
    }
  }

  @Test
  void whatMayComeLaterAndWhatDoesNot() {
    server.at(
        "/busy",
        (request, _) -> {
          request.getResponseHeaders().add("Retry-After", "7");
          request.sendResponseHeaders(503, -1);
        });
    server.at("/soon", 202, "text/plain", new byte[0]).at("/over", 403, "text/plain", new byte[0]);
    server.at("/teapot", 418, "text/plain", new byte[0]);
    server.at(
        "/cut",
        (request, _) -> {
          request.sendResponseHeaders(200, 1000);
          request.getResponseBody().write(PNG);
          request.close();
        });
    assertThat(trusted("/busy", Content.Media.Kind.FILE))
        .isEqualTo(
            new Download.Result.Later(
                java.time.Duration.ofSeconds(7), "the other side answered 503"));
    assertThat(trusted("/soon", Content.Media.Kind.FILE))
        .isEqualTo(new Download.Result.Later(null, "it is not ready yet"));
    assertThat(trusted("/over", Content.Media.Kind.FILE))
        .isEqualTo(new Download.Result.Stale("the other side answered 403"));
    assertThat(trusted("/teapot", Content.Media.Kind.FILE))
        .isEqualTo(never("the other side answered 418"));
    assertThat(trusted("/cut", Content.Media.Kind.FILE))
        .isEqualTo(new Download.Result.Later(null, "the connection failed"));
    MediaSource.Link nowhere =
        new MediaSource.Link(URI.create("https://no.such.host.invalid/a"), Map.of(), false);
    assertThat(fetch(nowhere, Content.Media.Kind.FILE, false))
        .isEqualTo(new Download.Result.Later(null, "the host's name is not known"));
  }
}
