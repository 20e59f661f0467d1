package dev.hilo.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileBlobs;
import dev.hilo.testing.FileServer;
import dev.hilo.testing.RedisServer;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A mail as it was sent, for those who may read it, over HTTP. */
class MailShownTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private final FileServer elsewhere = new FileServer();
  private Nodes nodes;
  private Gateway node;
  private Rest ana;
  private String customer;

  @BeforeEach
  void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    node = nodes.start("a", redis.uri(), "media: {allow-hosts: [\"127.0.0.1\"]}");
    ana = Rest.agent(node, "Ana");
    SocketClient visitor = SocketClient.hello(nodes, node, "inbox", "shop");
    visitor.say("hello");
    customer = visitor.topic().substring(2);
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    elsewhere.close();
  }

  /** Keeps a file of the customer; gives its hash. */
  private String kept(byte[] bytes) throws Exception {
    Blobs blobs = new FileBlobs(node.data().resolve("blobs"));
    CustomerId home = CustomerId.of(customer);
    String name = blobs.adopt(blobs.put(home.workspace(), bytes), home);
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private Rest.Answer asked(Rest who, String hash) throws Exception {
    return who.get("/api/v1/customers/" + customer + "/mails/" + hash + "?lang=es");
  }

  private Document page(String path) throws Exception {
    Rest.Answer answer = Rest.nobody(node).get(path);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return Jsoup.parse(answer.body());
  }

  @Test
  void thePageRunsNothingAndStaysInItsFrame() throws Exception {
    JsonNode shown = asked(ana, kept("<p>Hi</p><script>x()</script>".getBytes(UTF_8))).json();
    assertThat(shown.path("remote").asInt()).isZero();
    assertThat(shown.has("pictures")).isFalse();
    Rest.Answer page = Rest.nobody(node).get(shown.path("page").asText());
    assertThat(page.body()).contains("<p>Hi</p>", "lang=\"es\"").doesNotContain("<script");
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("referrer-policy")).hasValue("no-referrer");
    String policy = page.headers().firstValue("content-security-policy").orElseThrow();
    assertThat(policy.split("; "))
        .contains(
            "default-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-popups allow-popups-to-escape-sandbox");
    assertThat(policy).doesNotContain("script").doesNotContain("http").doesNotContain("*");
  }

  @Test
  void picturesComeThroughUsAndOnlyWhenTheyAreWanted() throws Exception {
    elsewhere.at("/far.png", 200, "image/png", FileServer.PNG);
    String own = kept(FileServer.PNG);
    String html =
        "<img data-blob='%s/~new/%s'><img data-remote-src='%s'>"
            .formatted(nodes.workspace, own, elsewhere.url("/far.png"));
    JsonNode shown = asked(ana, kept(html.getBytes(UTF_8))).json();
    assertThat(shown.path("remote").asInt()).isEqualTo(1);
    List<String> without = page(shown.path("page").asText()).select("img").eachAttr("src");
    assertThat(without).hasSize(1);
    Rest.Answer mine = Rest.nobody(node).get(without.getFirst());
    assertThat(mine.status()).isEqualTo(200);
    assertThat(mine.headers().firstValue("content-type")).hasValue("image/png");

    List<String> all = page(shown.path("pictures").asText()).select("img").eachAttr("src");
    assertThat(all).hasSize(2).allMatch(src -> src.startsWith("/"));
    assertThat(elsewhere.asked("/far.png")).isEmpty();
    Rest.Answer far = ana.get(all.get(1));
    assertThat(far.status()).as(far.body()).isEqualTo(200);
    assertThat(far.headers().firstValue("content-type")).hasValue("image/png");
    assertThat(far.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(far.headers().firstValue("cache-control").orElse("")).startsWith("private");
    assertThat(elsewhere.asked("/far.png")).hasSize(1);
    assertThat(elsewhere.asked("/far.png").getFirst().headers())
        .doesNotContainKeys("Cookie", "Referer", "Origin", "Authorization");
  }

  @Test
  void noAddressCanBeMadeUp() throws Exception {
    elsewhere.at("/far.png", 200, "image/png", FileServer.PNG);
    String html = "<img data-remote-src='" + elsewhere.url("/far.png") + "'>";
    String hash = kept(html.getBytes(UTF_8));
    String other = kept("<p>other</p>".getBytes(UTF_8));
    JsonNode shown = asked(ana, hash).json();
    String with = shown.path("pictures").asText();
    String picture = page(with).select("img").attr("src");
    String plain = shown.path("page").asText();
    for (String wrong :
        List.of(
            plain.replace("pictures=false", "pictures=true"),
            plain.replace(hash, other),
            plain.replace("lang=es", "lang=en"),
            plain.replaceFirst("until=\\d", "until=9"),
            plain.replaceFirst("sig=..", "sig=xx"),
            plain.replaceFirst("\\?.*", ""),
            picture.replace("far.png", "secret"),
            picture.replaceFirst("until=\\d", "until=9"),
            picture.replaceFirst("sig=..", "sig=xx"),
            picture.replaceFirst("sig=.*", "sig=" + plain.replaceFirst(".*sig=", "")),
            "/pictures?u=http://127.0.0.1/",
            "/pictures")) {
      assertThat(Rest.nobody(node).get(wrong).status()).as(wrong).isEqualTo(403);
    }
    assertThat(elsewhere.asked("/far.png")).isEmpty();
  }

  @Test
  void whatIsNoPictureIsNotPassedOn() throws Exception {
    elsewhere.at("/x.svg", 200, "image/png", "<svg onload='x()'/>".getBytes(UTF_8));
    String html = "<img data-remote-src='" + elsewhere.url("/x.svg") + "'>";
    JsonNode shown = asked(ana, kept(html.getBytes(UTF_8))).json();
    String picture = page(shown.path("pictures").asText()).select("img").attr("src");
    Rest.Answer answer = Rest.nobody(node).get(picture);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("no picture that may be shown").doesNotContain("svg onload");
  }

  @Test
  void whoMayNotReadTheThreadIsNotTold() throws Exception {
    String hash = kept("<p>secret</p>".getBytes(UTF_8));
    assertThat(asked(Rest.nobody(node), hash).status()).isEqualTo(401);
    assertThat(asked(ana, "0".repeat(64)).status()).isEqualTo(404);
    assertThat(asked(ana, "x").status()).isEqualTo(404);
  }
}
