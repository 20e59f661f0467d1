package dev.hilo.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.testing.Cut;
import dev.hilo.testing.FileServer;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files in both directions, over HTTP and on two nodes. */
class FilesTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final String CONFIG =
      """
      limits: {frames-per-second: 5000, drain: 1s}
      media: {allow-hosts: ["127.0.0.1"], visitor-bytes: 64KB, max-bytes: 1MB}
      """;
  private static final byte[] PNG = FileServer.PNG;

  private final HttpClient http = HttpClient.newHttpClient();
  private final FileServer files = new FileServer();
  private Nodes nodes;
  private Cut wire;

  @BeforeEach
  void start() {
    nodes = new Nodes(redis.uri(), redis.workspace());
    wire = new Cut(redis.uri());
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    wire.close();
    files.close();
    http.close();
  }

  private Gateway node(String name, URI through) throws Exception {
    return nodes.start(name, through, CONFIG);
  }

  /** A program's message with a file. */
  private Platforms.Delivery letter(String from, String id, String path) {
    ObjectNode data = Rest.object("id", id, "sender", Rest.object("id", from), "text", id);
    data.putArray("attachments")
        .addObject()
        .put("kind", "image")
        .put("url", files.url(path).toString())
        .put("name", "ñandú.png");
    return Platforms.signedWebhook(
        "wh-" + id,
        Rest.object("type", "message.created", "timestamp", Instant.now().toString(), "data", data)
            .toString());
  }

  private static String customer(Rest agent, String snippet) throws Exception {
    for (JsonNode row : agent.get("/api/v1/inbox?filter=open").json().path("rows")) {
      if (row.path("snippet").asText().equals(snippet)) {
        return row.path("id").asText();
      }
    }
    return "";
  }

  private static List<JsonNode> events(Rest agent, String customer, String type) throws Exception {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode each :
        agent.get("/api/v1/customers/" + customer + "/entries?limit=200").json().path("entries")) {
      if (each.at("/event/t").asText().equals(type)) {
        all.add(each.path("event"));
      }
    }
    return all;
  }

  private static String awaitCustomer(Rest agent, String snippet) {
    await().atMost(Nodes.PATIENCE).until(() -> !customer(agent, snippet).isEmpty());
    try {
      return customer(agent, snippet);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<byte[]> bytes(URI url, String method, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private HttpResponse<String> upload(
      Gateway node, String customer, String name, String type, byte[] body, String... headers)
      throws Exception {
    URI url = node.url().resolve("/api/v1/customers/" + customer + "/files?name=" + name);
    return http.send(
        HttpRequest.newBuilder(url)
            .headers(headers)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static String[] of(Rest agent) {
    return new String[] {"Cookie", agent.header("Cookie"), "Origin", agent.header("Origin")};
  }

  @Test
  void aPictureOfAPlatformIsShownOnEveryNode() throws Exception {
    files.at("/a.png", 200, "image/png", PNG);
    Gateway a = node("a", redis.uri());
    Gateway b = node("b", redis.uri());
    assertThat(Rest.deliver(a, letter("ann", "a picture", "/a.png")).status()).isEqualTo(202);
    Rest ana = Rest.agent(b, "Ana");
    String ann = awaitCustomer(ana, "a picture");
    await().atMost(Nodes.PATIENCE).until(() -> events(ana, ann, "MediaStored").size() == 1);
    JsonNode stored = events(ana, ann, "MediaStored").getFirst().path("body");
    assertThat(stored.path("index").asInt()).isEqualTo(1);
    assertThat(stored.path("mime").asText()).isEqualTo("image/png");
    assertThat(stored.path("size").asInt()).isEqualTo(PNG.length);

    URI url = b.url().resolve("/api/v1/blobs/" + stored.path("blob").asText() + "?name=a%22b.png");
    HttpResponse<byte[]> whole = bytes(url, "GET", of(ana));
    assertThat(whole.body()).isEqualTo(PNG);
    assertThat(header(whole, "content-type")).isEqualTo("image/png");
    assertThat(header(whole, "content-disposition")).startsWith("inline; filename=\"a_b.png\"");
    assertThat(header(whole, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(whole, "content-security-policy")).contains("default-src 'none'", "sandbox");
    String[] range =
        Stream.concat(Stream.of(of(ana)), Stream.of("Range", "bytes=1-3")).toArray(String[]::new);
    HttpResponse<byte[]> part = bytes(url, "GET", range);
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(new String(part.body(), UTF_8)).isEqualTo("PNG");
    assertThat(header(part, "content-range")).isEqualTo("bytes 1-3/" + PNG.length);
    range[range.length - 1] = "bytes=-4";
    assertThat(bytes(url, "GET", range).body()).hasSize(4);
    range[range.length - 1] = "bytes=" + PNG.length + "-";
    assertThat(bytes(url, "GET", range).statusCode()).isEqualTo(416);
    assertThat(bytes(url, "GET").statusCode()).isEqualTo(401);
  }

  @Test
  void aNodeThatDiesBetweenFileAndEntryLeavesOneOfEach() throws Exception {
    Gateway b = node("b", wire.uri());
    int nowhere = Nodes.freePort();
    files.at(
        "/a.png",
        (request, count) -> {
          if (count == 1) {
            wire.leadTo(URI.create("redis://127.0.0.1:" + nowhere));
            wire.cut();
          }
          FileServer.answer(request, 200, "image/png", PNG);
        });
    assertThat(Rest.deliver(b, letter("bob", "cut off", "/a.png")).status()).isEqualTo(202);
    await().atMost(Nodes.PATIENCE).until(() -> kept() == 1);
    Gateway a = node("a", redis.uri());
    Rest ana = Rest.agent(a, "Ana");
    String bob = awaitCustomer(ana, "cut off");
    await().atMost(Nodes.PATIENCE).until(() -> events(ana, bob, "MediaStored").size() == 1);
    wire.leadTo(redis.uri()); // the first one is not dead after all
    assertThat(Rest.deliver(a, letter("bob", "the end", "/a.png")).status()).isEqualTo(202);
    await().atMost(Nodes.PATIENCE).until(() -> events(ana, bob, "MediaStored").size() == 2);
    assertThat(b.settle(Nodes.PATIENCE)).isTrue();
    nodes.stop(b);
    assertThat(events(ana, bob, "MediaStored"))
        .extracting(e -> e.at("/body/message").asText())
        .doesNotHaveDuplicates();
    assertThat(kept()).isEqualTo(1);
  }

  /** Files of customers on the disk. */
  private long kept() throws IOException {
    if (!Files.exists(nodes.blobs())) {
      return 0;
    }
    try (Stream<java.nio.file.Path> all = Files.walk(nodes.blobs())) {
      return all.filter(p -> p.getFileName().toString().matches("[0-9a-f]{64}")).count();
    }
  }

  @Test
  void whatAnAgentSendsIsFetchedByThePlatform() throws Exception {
    Gateway a = node("a", redis.uri());
    Gateway b = node("b", redis.uri());
    assertThat(Rest.deliver(a, nodes.platforms.webhook("cid", "c1", "send me one")).status())
        .isEqualTo(202);
    Rest ana = Rest.agent(a, "Ana");
    String cid = awaitCustomer(ana, "send me one");
    HttpResponse<String> uploaded = upload(a, cid, "p.png", "image/png", PNG, of(ana));
    assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(200);
    JsonNode file = Rest.json(uploaded.body());
    assertThat(file.path("kind").asText()).isEqualTo("image");
    assertThat(file.path("size").asInt()).isEqualTo(PNG.length);
    ObjectNode content = ((ObjectNode) file).put("type", "media").put("caption", "here you are");
    ObjectNode say = Rest.object("id", "s1", "content", content);
    Rest.Answer said = ana.post("/api/v1/customers/" + cid + "/messages", say);
    assertThat(said.status()).as(said.body()).isEqualTo(200);
    JsonNode sent = nodes.platforms.awaitFile("cid");
    assertThat(sent.path("name").asText()).isEqualTo("p.png");
    URI link = URI.create(sent.path("url").asText());
    for (Gateway node : List.of(a, b)) {
      URI there = node.url().resolve(link.getRawPath() + "?" + link.getRawQuery());
      HttpResponse<byte[]> fetched = bytes(there, "GET");
      assertThat(fetched.body()).isEqualTo(PNG);
      assertThat(header(fetched, "content-type")).isEqualTo("image/png");
      HttpResponse<byte[]> head = bytes(there, "HEAD");
      assertThat(head.body()).isEmpty();
      assertThat(header(head, "content-length")).isEqualTo(String.valueOf(PNG.length));
    }
    String text = link.toString();
    for (String wrong :
        List.of(
            text.replaceFirst("until=\\d", "until=9"),
            text.replaceFirst("type=image%2Fpng", "type=text%2Fhtml"),
            text.replaceFirst("name=p", "name=q"),
            text.replaceFirst("sig=..", "sig=xx"),
            text.replaceFirst("[0-9a-f]{8}\\?", "00000000?"),
            text.replaceFirst("\\?.*", ""))) {
      assertThat(bytes(URI.create(wrong), "GET").statusCode()).as(wrong).isEqualTo(403);
    }
  }

  @Test
  void aBucketKeepsThemForAllNodes() throws Exception {
    try (S3Server bucket = new S3Server()) {
      String blobs =
          "blobs: {kind: s3, url: \"%s\", bucket: %s, region: %s, access-key: %s, secret-key: %s}"
              .formatted(
                  bucket.url(), S3Server.BUCKET, S3Server.REGION, S3Server.ACCESS, S3Server.SECRET);
      Gateway a = nodes.start("a", redis.uri(), CONFIG + blobs);
      Gateway b = nodes.start("b", redis.uri(), CONFIG + blobs);
      byte[] sound = new byte[300_000];
      sound[0] = 'I';
      sound[1] = 'D';
      sound[2] = '3';
      files.at("/a.mp3", 200, "audio/mpeg", sound);
      assertThat(Rest.deliver(a, letter("kim", "listen", "/a.mp3")).status()).isEqualTo(202);
      Rest ana = Rest.agent(b, "Ana");
      String kim = awaitCustomer(ana, "listen");
      await().atMost(Nodes.PATIENCE).until(() -> events(ana, kim, "MediaStored").size() == 1);
      String blob = events(ana, kim, "MediaStored").getFirst().at("/body/blob").asText();
      assertThat(bucket.objects()).containsOnlyKeys(blob);
      URI url = b.url().resolve("/api/v1/blobs/" + blob);
      assertThat(bytes(url, "GET", of(ana)).body()).isEqualTo(sound);
      String[] range =
          Stream.concat(Stream.of(of(ana)), Stream.of("Range", "bytes=0-2")).toArray(String[]::new);
      HttpResponse<byte[]> part = bytes(url, "GET", range);
      assertThat(part.statusCode()).isEqualTo(206);
      assertThat(new String(part.body(), UTF_8)).isEqualTo("ID3");
      HttpResponse<String> uploaded = upload(b, kim, "p.png", "image/png", PNG, of(ana));
      assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(200);
      assertThat(bucket.refusals()).isEmpty();
      for (int i = 0; i < 3; i++) {
        bucket.next(503);
      }
      assertThat(a.ready()).as("text goes on without the bucket").isTrue();
      Rest luis = Rest.agent(a, "Luis");
      assertThat(upload(a, kim, "q.png", "image/png", sound, of(luis)).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void onlyFilesOfTheThreadCanBeSent() throws Exception {
    Gateway a = node("a", redis.uri());
    for (String who : List.of("dan", "eve")) {
      assertThat(Rest.deliver(a, nodes.platforms.webhook(who, who + "1", "I am " + who)).status())
          .isEqualTo(202);
    }
    Rest ana = Rest.agent(a, "Ana");
    String dan = awaitCustomer(ana, "I am dan");
    String eve = awaitCustomer(ana, "I am eve");
    ObjectNode file =
        (ObjectNode) Rest.json(upload(a, dan, "p.png", "image/png", PNG, of(ana)).body());
    file.put("type", "media");
    Rest.Answer other =
        ana.post("/api/v1/customers/" + eve + "/messages", Rest.object("id", "x", "content", file));
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.body()).contains("no file of this thread");
    ObjectNode unknown = file.deepCopy();
    unknown.put("blob", file.path("blob").asText().replaceFirst(".{4}$", "0000"));
    ObjectNode film = file.deepCopy().put("kind", "video");
    ObjectNode nothing = file.deepCopy();
    nothing.remove("blob");
    for (ObjectNode wrong : List.of(unknown, film, nothing)) {
      Rest.Answer answer =
          ana.post(
              "/api/v1/customers/" + dan + "/messages", Rest.object("id", "y", "content", wrong));
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("bad-request");
    }
    ObjectNode lied = file.deepCopy().put("size", 5).put("mime", "text/html");
    assertThat(
            ana.post(
                    "/api/v1/customers/" + dan + "/messages",
                    Rest.object("id", "z", "content", lied))
                .status())
        .isEqualTo(200);
    assertThat(events(ana, dan, "MessageAdded").toString())
        .contains("\"size\":" + PNG.length)
        .contains("image/png")
        .doesNotContain("text/html");
    assertThat(upload(a, dan, "big", "image/png", new byte[(1 << 20) + 1], of(ana)).statusCode())
        .isEqualTo(413);
    assertThat(upload(a, dan, "empty", "image/png", new byte[0], of(ana)).statusCode())
        .isEqualTo(400);
    HttpResponse<String> page =
        upload(a, dan, "x.html", "text/html", "<script>x()</script>".getBytes(UTF_8), of(ana));
    assertThat(Rest.json(page.body()).path("mime").asText()).isEqualTo("application/octet-stream");
    HttpResponse<byte[]> served =
        bytes(
            a.url().resolve("/api/v1/blobs/" + Rest.json(page.body()).path("blob").asText()),
            "GET",
            of(ana));
    assertThat(header(served, "content-disposition")).isEqualTo("attachment");
    assertThat(header(served, "content-type")).isEqualTo("application/octet-stream");
  }

  @Test
  void aVisitorSendsAndSeesFilesOfItsOwn() throws Exception {
    Gateway a = node("a", redis.uri());
    try (SocketClient visitor = SocketClient.visitor(nodes, a);
        SocketClient stranger = SocketClient.visitor(nodes, a)) {
      visitor.say("hello");
      stranger.say("hello, too");
      String home = visitor.topic().substring(2);
      String[] mine = {
        "Authorization", "Bearer " + visitor.token(), "Origin", "https://shop.example"
      };
      HttpResponse<String> uploaded = upload(a, home, "me.png", "image/png", PNG, mine);
      assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(200);
      assertThat(header(uploaded, "access-control-allow-origin")).isEqualTo("https://shop.example");
      JsonNode file = Rest.json(uploaded.body());
      JsonNode ack =
          visitor.ask(
              "say",
              "id",
              "v1",
              "content",
              Rest.object(
                  "type", "media", "kind", "image", "blob", file.path("blob").asText(), "size", 1));
      assertThat(ack.path("type").asText()).as(ack.toString()).isEqualTo("ack");
      JsonNode seen =
          visitor.awaitEvent(
              visitor.topic(),
              e -> e.at("/body/content/type").asText().equals("media"),
              "a picture");
      assertThat(seen.at("/body/content/size").asInt()).isEqualTo(PNG.length);
      URI blob = a.url().resolve("/api/v1/blobs/" + seen.at("/body/content/blob").asText());
      assertThat(bytes(blob, "GET", mine).body()).isEqualTo(PNG);
      String[] theirs = {"Authorization", "Bearer " + stranger.token()};
      assertThat(bytes(blob, "GET", theirs).statusCode()).isEqualTo(404);
      assertThat(upload(a, home, "x", "image/png", PNG, theirs).statusCode()).isEqualTo(403);
      JsonNode refused =
          stranger.ask(
              "say",
              "id",
              "v2",
              "content",
              Rest.object(
                  "type", "media", "kind", "image", "blob", file.path("blob").asText(), "size", 1));
      assertThat(refused.path("code").asText()).isEqualTo("bad-request");
      byte[] large = new byte[64 * 1024 + 1];
      assertThat(upload(a, home, "x", "image/png", large, mine).statusCode()).isEqualTo(413);
      String evil = "https://evil.example";
      HttpResponse<byte[]> preflight =
          bytes(blob, "OPTIONS", "Origin", evil, "Access-Control-Request-Method", "GET");
      assertThat(preflight.statusCode()).isEqualTo(403);
      assertThat(header(preflight, "access-control-allow-origin")).isEmpty();
    }
  }
}
