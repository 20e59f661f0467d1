package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command itself, in processes of its own: exit codes, restarts, ends of every kind. */
class HiloIT {
  @TempDir Path folder;

  private final List<Running> started = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx();

  /** One process of the command and what it printed. */
  private record Running(Process process, Path out, Path err) {
    String printed() {
      return read(out);
    }

    int exit() throws InterruptedException {
      assertThat(process.waitFor(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("ends").isTrue();
      return process.exitValue();
    }

    private String found(String pattern) {
      Pattern compiled = Pattern.compile(pattern);
      await()
          .atMost(Nodes.PATIENCE)
          .until(
              () -> {
                assertThat(process.isAlive()).as(printed() + read(err)).isTrue();
                return printed().contains("/health/ready");
              });
      Matcher matcher = compiled.matcher(printed());
      assertThat(matcher.find()).as(printed()).isTrue();
      return matcher.group(1);
    }

    URI url() {
      return URI.create(found("Hilo is up: (\\S+)"));
    }

    String signInLink() {
      return found("sign in as Ana +(\\S+)");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Running run(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.hilo.Hilo"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    Running running = new Running(process, out, err);
    started.add(running);
    return running;
  }

  private String config(String name, String yaml) throws IOException {
    return Files.writeString(folder.resolve(name), yaml).toString();
  }

  private String usual() throws IOException {
    return config(
        "usual.yaml",
        """
        data: %s
        http: {port: 0}
        management: {port: 0}
        inboxes: [{key: shop, name: Shop}]
        users: [{id: ana, name: Ana}]
        """
            .formatted(folder.resolve("data")));
  }

  @AfterEach
  void end() throws Exception {
    for (Running each : started) {
      List<ProcessHandle> children = each.process.descendants().toList();
      each.process.destroyForcibly().waitFor();
      children.forEach(HiloIT::awaitGone);
    }
    vertx.close().await();
  }

  private static void awaitGone(ProcessHandle process) {
    await().atMost(Nodes.PATIENCE).until(() -> !process.isAlive());
  }

  @Test
  void aConfigurationIsCheckedWithAllItsFaults() throws Exception {
    Running valid = run("--check", "--config", usual());
    Running invalid =
        run(
            "--check",
            "--config",
            config(
                "invalid.yaml",
                """
                workspce: main
                http: {port: 99999}
                inboxes: [{key: "My Shop", name: Shop}]
                channels:
                  - {type: whatsap, endpoint: a}
                """));
    Running channels =
        run(
            "--config",
            config(
                "channels.yaml",
                """
                data: %s
                channels:
                  - {type: whatsap, endpoint: a}
                  - {type: webhook, endpoint: b, account: crm}
                """
                    .formatted(folder.resolve("never"))));
    Running missing = run("--check", "--config", folder.resolve("missing.yaml").toString());
    Running misused = run("--fly");
    assertThat(valid.exit()).as(read(valid.err)).isZero();
    assertThat(invalid.exit()).isEqualTo(78);
    assertThat(read(invalid.err))
        .contains("workspce", "workspace", "http", "99999", "inboxes[0].key", "My Shop");
    assertThat(channels.exit()).isEqualTo(78);
    assertThat(read(channels.err))
        .contains("channels[0].type", "whatsap", "one of", "channels[1].name");
    assertThat(folder.resolve("never")).doesNotExist();
    assertThat(missing.exit()).isEqualTo(78);
    assertThat(read(missing.err)).contains("missing.yaml");
    assertThat(misused.exit()).isEqualTo(64);
    assertThat(read(misused.err)).contains("usage");
  }

  @Test
  void conversationsOutliveEveryEndAndNothingIsLeftRunning() throws Exception {
    Running first = run("--config", usual());
    URI url = first.url();
    Rest ana = Rest.agent(url, first.signInLink());
    assertThat(Rest.at(url).post("/api/v1/session", code(first.signInLink())).status())
        .as("a link works once")
        .isIn(401, 403);
    String token;
    String topic;
    try (var visitor = SocketClient.hello(vertx, url, "inbox", "shop")) {
      token = visitor.token();
      topic = visitor.topic();
      visitor.say("before the kill");
    }
    assertThat(ana.get("/api/v1/session").status()).isEqualTo(200);

    Running second = run("--config", usual());
    assertThat(second.exit()).as("two gateways on one folder").isEqualTo(75);
    assertThat(read(second.err)).contains(folder.resolve("data").toString());

    List<ProcessHandle> children = first.process.descendants().toList();
    assertThat(children).as("its Redis").isNotEmpty();
    first.process.destroyForcibly().waitFor();
    children.forEach(HiloIT::awaitGone);

    Running third = run("--config", usual());
    URI again = third.url();
    List<ProcessHandle> itsRedis = third.process.descendants().toList();
    try (var visitor = SocketClient.hello(vertx, again, "token", token)) {
      visitor.awaitTexts(topic, List.of("before the kill"));
      visitor.say("after the kill");
      visitor.awaitTexts(topic, List.of("before the kill", "after the kill"));
      JsonNode page =
          Rest.agent(again, third.signInLink())
              .get("/api/v1/customers/" + topic.substring(2) + "/entries")
              .json();
      assertThat(page.path("entries"))
          .extracting(e -> e.at("/event/body/content/text").asText())
          .contains("before the kill", "after the kill");
      third.process.destroy();
      visitor.await(f -> is(f, "moving"), "moving");
      assertThat(visitor.awaitClose()).isEqualTo(4000);
    }
    assertThat(third.exit()).isIn(0, 143);
    itsRedis.forEach(HiloIT::awaitGone);
    assertThat(isFree(again.getPort())).isTrue();
  }

  private static JsonNode code(String link) {
    return Rest.object("code", link.substring(link.indexOf('=') + 1));
  }

  private static boolean isFree(int port) throws IOException {
    try (var _ = new Socket("127.0.0.1", port)) {
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }
}
