package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every mail under {@code mails/} becomes exactly the item that stands beside it. To see what a new
 * mail gives, run with {@code -Dhilo.golden=write} and read the file that is written.
 */
class MailCorpusTest {
  private static final Path MAILS = Path.of("src/test/resources/mails");
  private static final Instant RECEIVED = Instant.parse("2026-11-21T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> corpus() throws IOException {
    try (var files = Files.list(MAILS)) {
      return files
          .filter(f -> f.toString().endsWith(".eml"))
          .sorted()
          .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)))
          .toList()
          .stream();
    }
  }

  /**
   * Mails of our own in the shapes that mail comes in, all of them right; or any directory of
   * mails, {@code -Dhilo.mails=DIR}, of which enough must be.
   */
  @Test
  void cases() throws IOException {
    String others = System.getProperty("hilo.mails");
    var cases = MailCases.read(Path.of(others == null ? "src/test/resources/corpus" : others));
    System.out.println(cases.table());
    assertThat(cases.missed()).as("fields below their goal").isEmpty();
    if (others == null) {
      assertThat(cases.mismatches()).isEmpty();
    }
  }

  /** What does not match is counted and named, and what is below its goal fails. */
  @Test
  void wrongCasesAreFound() throws IOException {
    var cases = MailCases.read(Path.of("src/test/resources/corpus-wrong"));
    assertThat(cases.table())
        .contains(
            "from:                0/1", "subject:             1/2", "kind:                0/2")
        .contains("bounce, bounce.status: expected [4.2.2], got [5.1.1]")
        .contains("message, attachments: expected [[b.txt]], got [[]]");
    assertThat(cases.missed())
        .contains(
            "from: 0 of 1 match, the goal is 98 %",
            "text: 0 of 1 match, the goal is 90 %",
            "bounce.status class: 0 of 1 match, the goal is 85 %",
            "no false bounce: 1 of 2 match, the goal is 100 %");
  }

  private static void check(Path file) throws IOException {
    Path golden = file.resolveSibling(file.getFileName().toString().replace(".eml", ".txt"));
    String got = translated(Files.readAllBytes(file));
    if ("write".equals(System.getProperty("hilo.golden")) && Files.notExists(golden)) {
      Files.writeString(golden, got);
    }
    assertThat(got).isEqualTo(Files.readString(golden));
  }

  static String translated(byte[] raw) throws IOException {
    var house = new MailHouse();
    var arrival = new Arrivals.Arrival(raw, RECEIVED);
    return switch (house.translator.translate(arrival, "KEY", "RAW")) {
      case MailTranslator.Outcome.Skip(String why) -> "skipped: " + why + "\n";
      case MailTranslator.Outcome.Park(String why) -> "parked: " + why + "\n";
      case MailTranslator.Outcome.Take(List<Inbound> items, String _) -> {
        var out = new StringBuilder();
        for (Inbound item : items) {
          out.append(
              item instanceof Inbound.Message message
                  ? print(message, house.blobs)
                  : item.toString() + "\n");
        }
        yield out.toString();
      }
    };
  }

  private static String print(Inbound.Message m, MemoryBlobs blobs) {
    var out = new StringBuilder();
    out.append("address: ").append(m.origin().address().id()).append('\n');
    out.append("trust: ").append(m.origin().trust()).append('\n');
    out.append("attributes: ").append(new TreeMap<>(m.origin().attributes())).append('\n');
    out.append("at: ").append(m.origin().at()).append('\n');
    out.append("id: ").append(m.externalId()).append('\n');
    out.append("answers: ").append(m.replyTo()).append('\n');
    out.append("automatic: ").append(m.automatic()).append('\n');
    out.append("details: ").append(new TreeMap<>(m.details())).append('\n');
    out.append("context: ").append(new TreeMap<>(m.context())).append('\n');
    for (Content.Media file : m.attachments()) {
      out.append(
          "file: %s | %s | %s | %d%n"
              .formatted(file.kind(), file.mime(), file.name(), file.size()));
    }
    switch (m.content()) {
      case Content.Email mail -> {
        out.append("subject: ").append(mail.subject()).append('\n');
        out.append("cc: ").append(mail.cc()).append('\n');
        out.append("--- text\n").append(mail.text()).append('\n');
        if (mail.quoted() != null) {
          out.append("--- quoted\n").append(mail.quoted()).append('\n');
        }
        if (mail.html() != null) {
          out.append("--- html\n")
              .append(new String(blobs.stored.get(mail.html()), UTF_8))
              .append('\n');
        }
      }
      case Content other -> out.append(other).append('\n');
    }
    return out.toString();
  }
}
