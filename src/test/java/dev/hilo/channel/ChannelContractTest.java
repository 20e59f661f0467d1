package dev.hilo.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.conversation.Event;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Holds every channel type against the recorded calls of its platform, one test for each case under
 * {@code fixtures/} and, with {@code -Dhilo.fixtures=DIR}, under a folder of the same layout.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChannelContractTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, ChannelType<?>> types = new HashMap<>();
  private final Map<String, String> keys = new HashMap<>();
  private int passed;
  private int failed;
  private int skipped;

  ChannelContractTest() {
    for (ChannelType<?> type : ServiceLoader.load(ChannelType.class)) {
      assertThat(types.put(type.name(), type)).as("types named " + type.name()).isNull();
    }
  }

  @TestFactory
  Stream<DynamicContainer> cases() throws IOException, URISyntaxException {
    var roots = new ArrayList<Path>();
    roots.add(Path.of(ChannelContractTest.class.getResource("/fixtures").toURI()));
    String further = System.getProperty("hilo.fixtures");
    if (further != null && !further.isBlank()) {
      roots.add(Path.of(further));
    }
    var containers = new ArrayList<DynamicContainer>();
    for (Path root : roots) {
      ContractCase.under(root)
          .forEach(
              (folder, cases) -> containers.add(dynamicContainer(folder, tests(folder, cases))));
    }
    return containers.stream();
  }

  @AfterAll
  void report() {
    vertx.close().await();
    System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
  }

  private List<DynamicTest> tests(String folder, List<ContractCase> cases) {
    var platform = ContractPlatform.of(folder);
    if (platform == null) {
      skipped += cases.size();
      return List.of(
          dynamicTest(
              folder + ", " + cases.size() + " cases",
              () -> abort("there is no channel type for " + folder + " yet")));
    }
    var byName = cases.stream().collect(Collectors.toMap(ContractCase::name, c -> c));
    return cases.stream().map(c -> dynamicTest(c.name(), () -> run(platform, c, byName))).toList();
  }

  private void run(ContractPlatform platform, ContractCase c, Map<String, ContractCase> siblings) {
    try {
      check(platform, platform.brought(c), siblings);
      passed++;
      System.out.println("passed   " + c);
    } catch (Throwable e) {
      failed++;
      System.out.println("FAILED   " + c);
      throw e;
    }
  }

  private void check(
      ContractPlatform platform, ContractCase c, Map<String, ContractCase> siblings) {
    for (var field : c.expected().properties()) {
      assertThat(field.getKey())
          .as("fields of a case that this test knows")
          .isIn(
              "events",
              "response",
              "ack",
              "accept",
              "duplicateOf",
              "finalState",
              "followUp",
              "note",
              "updateId",
              "decodedData",
              "decryptedXml",
              "decryptedAppId");
    }
    Webhook webhook = webhook(platform, c);
    Webhook.Received received = webhook.receive(c.request());
    var items = received instanceof Webhook.Received.Accepted a ? a.items() : List.<Inbound>of();
    reply(c, received);
    if (c.expected().has("accept")) {
      assertThat(!(received instanceof Webhook.Received.Refused))
          .as("accepted")
          .isEqualTo(c.expected().path("accept").asBoolean());
    }
    String original = c.expected().path("duplicateOf").asText("");
    if (original.isEmpty()) {
      events(c, platform.expected(c).path("events"), items);
    } else {
      var first = siblings.get(original);
      assertThat(dedupe(items))
          .as("keys of a repeat of " + original)
          .isNotEmpty()
          .isEqualTo(dedupe(accepted(webhook(platform, first), first.request())));
    }
    finalState(c, items);
    if (received instanceof Webhook.Received.Accepted && c.isPost()) {
      assertThat(dedupe(accepted(webhook, c.request())))
          .as("keys of the same call made twice")
          .isEqualTo(dedupe(items));
      if (platform.proves(c)) {
        forgeries(platform, c, webhook);
      }
    }
  }

  private static void reply(ContractCase c, Webhook.Received received) {
    JsonNode expected =
        c.expected().has("ack") ? c.expected().path("ack") : c.expected().path("response");
    var reply =
        switch (received) {
          case Webhook.Received.Accepted accepted -> accepted.reply();
          case Webhook.Received.Answered answered -> answered.reply();
          case Webhook.Received.Refused(int status, String why) ->
              new Webhook.Reply(status, "text/plain", why);
        };
    int status = expected.path("status").asInt(200);
    if (c.anyRefusal() && status >= 400 && status < 500) {
      assertThat(received).isInstanceOf(Webhook.Received.Refused.class);
      assertThat(reply.status()).isBetween(400, 499);
    } else {
      assertThat(reply.status()).as("status, with " + reply.body()).isEqualTo(status);
    }
    if (expected.path("body").isContainerNode()) {
      assertThat(json(reply.body())).isEqualTo(expected.path("body"));
    } else if (expected.has("body")) {
      assertThat(reply.body()).isEqualTo(expected.path("body").asText());
    }
    expected
        .path("headers")
        .properties()
        .forEach(
            e ->
                assertThat(reply.headers())
                    .hasEntrySatisfying(
                        e.getKey(), v -> assertThat(v).isEqualTo(e.getValue().asText())));
    if (expected.has("contentType")) {
      assertThat(reply.contentType()).startsWith(expected.path("contentType").asText());
    }
    if (expected.has("bodyMustNotContain")) {
      assertThat(reply.body()).doesNotContain(expected.path("bodyMustNotContain").asText());
    }
    if (c.expected().has("followUp")) {
      assertThat(json(reply.body())).isEqualTo(c.expected().path("followUp"));
    }
  }

  private void events(ContractCase c, JsonNode expected, List<Inbound> items) {
    assertThat(items).as("items").hasSize(expected.size());
    for (int i = 0; i < items.size(); i++) {
      assertThat(new NeutralEvent(items.get(i)).differences(expected.get(i)))
          .as("events[" + i + "]")
          .isEmpty();
      sameKeys(c, items.get(i), expected.get(i));
    }
  }

  /** Two items have the same key exactly where the fixtures say so; how it is spelled is free. */
  private void sameKeys(ContractCase c, Inbound item, JsonNode expected) {
    if (expected.path("dedupeKey").isTextual()) {
      String scope = c.platform() + " " + item.getClass().getSimpleName() + " ";
      String theirs = scope + expected.path("dedupeKey").asText();
      String ours = scope + item.origin().account() + " " + item.origin().dedupeKey();
      String account = " " + item.origin().account();
      assertThat(keys.getOrDefault("theirs " + theirs + account, ours)).isEqualTo(ours);
      assertThat(keys.getOrDefault("ours " + ours, theirs)).isEqualTo(theirs);
      keys.put("theirs " + theirs + account, ours);
      keys.put("ours " + ours, theirs);
    }
  }

  private static void finalState(ContractCase c, List<Inbound> items) {
    if (!c.expected().has("finalState")) {
      return;
    }
    var reached = new HashMap<String, Event.Delivery>();
    for (Inbound item : items) {
      if (item instanceof Inbound.Receipt receipt) {
        reached.merge(receipt.target(), receipt.state(), (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    c.expected()
        .path("finalState")
        .properties()
        .forEach(
            e ->
                assertThat(String.valueOf(reached.get(e.getKey())))
                    .isEqualToIgnoringCase(e.getValue().asText()));
  }

  /** What is not exactly what the platform sent is refused. */
  private static void forgeries(ContractPlatform platform, ContractCase c, Webhook webhook) {
    byte[] body = c.request().body();
    assertThat(status(webhook, c.withoutProof())).as("without proof").isIn(401, 403);
    for (int at : new int[] {0, body.length / 2, body.length - 1}) {
      byte[] tampered = body.clone();
      tampered[at] ^= 1;
      if (platform.signsBody()) {
        assertThat(status(webhook, c.with(tampered))).as("byte " + at + " changed").isIn(401, 403);
      }
    }
    byte[] truncated = Arrays.copyOf(body, body.length / 2);
    assertThat(status(webhook, c.with(truncated))).as("cut in half").isIn(400, 401, 403);
    assertThat(status(webhook, c.with(new byte[0]))).as("empty").isIn(400, 401, 403);
  }

  private static int status(Webhook webhook, WebhookRequest request) {
    return switch (webhook.receive(request)) {
      case Webhook.Received.Refused refused -> refused.status();
      case Webhook.Received.Accepted accepted -> fail("accepted " + accepted.items().size());
      case Webhook.Received.Answered _ -> fail("answered");
    };
  }

  private static List<Inbound> accepted(Webhook webhook, WebhookRequest request) {
    return webhook.receive(request) instanceof Webhook.Received.Accepted accepted
        ? accepted.items()
        : fail("refused");
  }

  private static List<String> dedupe(List<Inbound> items) {
    return items.stream()
        .map(i -> i.origin().account() + " " + i.getClass() + " " + i.origin().dedupeKey())
        .toList();
  }

  private Webhook webhook(ContractPlatform platform, ContractCase c) {
    return ContractPlatform.open(vertx, platform, c);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
