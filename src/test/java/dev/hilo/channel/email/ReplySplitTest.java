package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.email.ReplySplit.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of every body under {@code replies/} exactly the text beside it is shown. */
class ReplySplitTest {
  private static final Path REPLIES = Path.of("src/test/resources/replies");

  @TestFactory
  Stream<DynamicTest> replies() throws IOException {
    try (var files = Files.list(REPLIES)) {
      return files
          .filter(f -> f.toString().endsWith(".expected.txt"))
          .sorted()
          .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)))
          .toList()
          .stream();
    }
  }

  private static void check(Path expected) throws IOException {
    String name = expected.getFileName().toString().replace(".expected", "");
    var split = ReplySplit.split(Files.readString(expected.resolveSibling(name)), false);
    assertThat(split.visible()).isEqualTo(Files.readString(expected).strip());
    covers(split);
  }

  private static void covers(ReplySplit split) {
    int at = 0;
    Kind last = null;
    for (ReplySplit.Range range : split.ranges()) {
      assertThat(range.start()).isEqualTo(at);
      assertThat(range.end()).isGreaterThan(at);
      assertThat(range.kind()).isNotEqualTo(last);
      at = range.end();
      last = range.kind();
    }
    assertThat(at).isEqualTo(split.text().length());
    assertThat(split.text().isBlank() || !split.visible().isEmpty()).isTrue();
  }

  private static List<String> pieces(ReplySplit split) {
    return split.ranges().stream()
        .map(r -> r.kind() + " " + split.text().substring(r.start(), r.end()).strip())
        .toList();
  }

  @Test
  void everyPieceIsKeptForWhatItIs() {
    String text =
        """
        Yes.

        Sent from my iPhone

        --\s
        Ruth
        On Fri, Nov 20, 2026 at 5:12 PM Alma <help@shop.example> wrote:
        > When?
        """;
    var split = ReplySplit.split(text, false);
    assertThat(split.text()).isEqualTo(text);
    assertThat(pieces(split))
        .containsExactly(
            "VISIBLE Yes.",
            "SIGNATURE Sent from my iPhone\n\n-- \nRuth",
            "QUOTED On Fri, Nov 20, 2026 at 5:12 PM Alma <help@shop.example> wrote:\n> When?");
    assertThat(split.quoted()).startsWith("Sent from").endsWith("> When?");
  }

  @Test
  void theAnswerBelowTheQuoteIsShownAndTheQuoteKept() {
    var split = ReplySplit.split("Alma <a@b.example> wrote:\n> When?\n\nNow.\n", false);
    assertThat(pieces(split))
        .containsExactly("QUOTED Alma <a@b.example> wrote:\n> When?", "VISIBLE Now.");
  }

  @Test
  void whatIsForwardedIsShown() {
    String text =
        "Look:\n\nFrom: Bank <i@bank.example>\nSent: today\nTo: me\nSubject: Bill\n\nPay.\n";
    assertThat(ReplySplit.split(text, false).visible()).isEqualTo("Look:");
    var forward = ReplySplit.split(text, true);
    assertThat(forward.visible()).isEqualTo(text.strip());
    assertThat(forward.quoted()).isNull();
    assertThat(forward.ranges().getLast().kind()).isEqualTo(Kind.FORWARDED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Fwd: Bill",
        "FW: Bill",
        "WG: Bill",
        "TR : Bill",
        "RV: Bill",
        "转发: Bill",
        "I: Bill"
      })
  void subjectsOfForwards(String subject) {
    assertThat(ReplySplit.isForward(subject)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Re: Fwd: Bill", "Forward planning", "Interview: Tuesday", "", "AW: Bill"})
  void subjectsOfOthers(String subject) {
    assertThat(ReplySplit.isForward(subject)).isFalse();
  }

  /** Would take hours if any pattern ran over its own results. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "On ",
        "On Fri, Nov 20, 2026 at 5:12 PM ",
        "a@b ",
        "12:30 ",
        "wrote ",
        "wrote: a@b 1\n",
        ">",
        "> ",
        "-",
        "- ",
        "_\n",
        "---\n\n",
        "***\n\nx\n",
        "From: a@b\n",
        "From: sent: to: subject: ",
        "From: a <a@b> sent:\n",
        "*",
        "Sent from my ",
        "Sent from my phone\n",
        "sent from mail ",
        "\t",
        "\u00a0",
        "\u200b",
        "Hash: \n",
        "-----BEGIN PGP SIGNATURE-----\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n",
        "##- above this line ",
        "Original Message ",
        "- Forwarded by ",
        "Quoting a@b\n",
        "Am 1.1.2026\n",
        "Name ---11/20/2026 05:12:33 AM",
        "2026-11-20 17:12 GMT+01:00 ",
        "> q\nt\n",
        "On 1.1.2026 a@b wrote:\n> q\n\nt\n",
        "t\n\n",
        "S: Re: \n",
        "(",
        "<",
        "[",
        "写道：",
        "ımdan "
      })
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void hostileTextIsReadInLinearTime(String piece) {
    String text = piece.repeat(120_000 / piece.length());
    covers(ReplySplit.split(text, false));
    covers(ReplySplit.split(text.replace(" ", "\n"), true));
    covers(ReplySplit.split((piece.strip() + " ").repeat(12).concat("\n").repeat(1_500), false));
  }

  @Test
  void anyMixOfLinesIsCovered() throws IOException {
    var random = new Random(7);
    List<String> lines;
    try (var files = Files.list(REPLIES)) {
      lines = files.sorted().flatMap(ReplySplitTest::lines).toList();
    }
    for (int i = 0; i < 1000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        text.append(lines.get(random.nextInt(lines.size())));
        text.append(random.nextInt(9) == 0 ? "\r\n\r\n" : random.nextBoolean() ? "\n" : "\n\n");
      }
      covers(ReplySplit.split(text.toString(), random.nextInt(5) == 0));
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readString(file).lines();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
