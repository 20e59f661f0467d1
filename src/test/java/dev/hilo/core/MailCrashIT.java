package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that reads a mailbox dies, without a chance to do anything more, after each step of
 * taking mails in: whoever reads the mailbox next has each mail once, and explains all of them.
 */
class MailCrashIT {
  /** What changes what is kept, here or at the server. */
  private static final Set<String> STEPS =
      Set.of("put", "claim", "receive", "account", "park", "saveCursor", "missing");

  private static final int DIED = 9;
  private static final String MORE = "first-connect: all, after: seen";

  @RegisterExtension static final RedisServer redis = new RedisServer();
  @TempDir static Path folder;

  /** The process: arguments as in {@link #died}. */
  public static void main(String[] arguments) throws Exception {
    String user = arguments[3];
    int last = Integer.parseInt(arguments[4]);
    var done = new AtomicInteger();
    var name = "child";
    TestNode node = TestNode.start(URI.create(arguments[0]), arguments[1]);
    var mail =
        new MailNode(
            node,
            name,
            user,
            MailServer.reading(Integer.parseInt(arguments[2]), user, MORE),
            step -> dies(step, done, last));
    mail.read(
        step -> {
          dies(step, done, last);
          if (step.equals("missing")) {
            Runtime.getRuntime().halt(0); // it has taken all there is
          }
        });
  }

  private static void dies(String step, AtomicInteger done, int last) {
    if (STEPS.contains(step) && done.incrementAndGet() == last) {
      Runtime.getRuntime().halt(DIED);
    }
  }

  /** Whether the process died after so many steps, rather than having no more to do. */
  private static boolean died(MailServer server, String user, int steps) throws Exception {
    Path log = folder.resolve("child-" + steps + ".log");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.real.class.path", System.getProperty("java.class.path")),
                MailCrashIT.class.getName(),
                redis.uri().toString(),
                redis.workspace(),
                String.valueOf(server.port()),
                user,
                String.valueOf(steps))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!child.waitFor(120, TimeUnit.SECONDS)) {
      child.destroyForcibly().waitFor();
      fail("the process hangs: " + Files.readString(log));
    }
    assertThat(child.exitValue()).as(Files.readString(log)).isIn(0, DIED);
    return child.exitValue() == DIED;
  }

  @Test
  void afterADeathBetweenAnyTwoStepsEachMailIsTakenOnceAndExplained() throws Exception {
    try (var server = new MailServer()) {
      int steps = 0;
      boolean died = true;
      while (died) {
        steps++;
        String user = "u" + UUID.randomUUID().toString().substring(0, 8);
        String sender = user + "@customers.example";
        server.user(user);
        server.deliver(user, sender, "one");
        server.deliver(user, sender, "two");
        died = died(server, user, steps);
        survives(server, user, sender, "after step " + steps);
      }
      assertThat(steps).as("steps of two mails").isGreaterThan(8);
    }
  }

  private static void survives(MailServer server, String user, String sender, String when)
      throws Exception {
    TestNode node = redis.node();
    try (var mail = new MailNode(node, "heir", user, server.reading(user, MORE), _ -> {})) {
      var all = new CountDownLatch(1);
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      mail.read(
                          step -> {
                            if (step.equals("missing")) {
                              all.countDown();
                            }
                          });
                    } catch (Exception e) {
                      // interrupted below
                    }
                  });
      assertThat(all.await(60, TimeUnit.SECONDS)).as(when).isTrue();
      reader.interrupt();
      reader.join();
      assertThat(MailNode.texts(node, sender))
          .as(when)
          .hasSize(2)
          .anyMatch(t -> t.contains("one"))
          .anyMatch(t -> t.contains("two"));
      var standing = node.await(() -> mail.ledger.standing(mail.name));
      assertThat(standing.counts()).as(when).isEqualTo(Map.of("ingested", 2L));
      assertThat(standing.missing()).as(when).isZero();
      assertThat(standing.cursor()).as(when).contains(":2:");
    } finally {
      node.close();
    }
  }
}
