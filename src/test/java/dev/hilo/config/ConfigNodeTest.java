package dev.hilo.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigNodeTest {
  enum Colour {
    RED,
    DARK_BLUE
  }

  record Everything(
      String text,
      int count,
      @Nullable Long big,
      double ratio,
      boolean on,
      Colour colour,
      URI uri,
      Path path,
      Duration time,
      ByteSize size,
      Secret secret,
      List<String> words,
      Map<String, Integer> numbers,
      Nested nested) {}

  record Nested(@Default("7") int lucky, @Nullable String maybe) {}

  record Port(int port) {
    Port {
      new Rules()
          .within("port", port, 0, 65_535)
          .hold(port != 13, "port must not be 13")
          .hold(port > 10, "port must be above 10")
          .check();
    }
  }

  record Numbers(int a, int b) {}

  record Texts(@Nullable String a, @Nullable String b) {}

  record Secrets(@Nullable Secret a, @Nullable Secret b) {}

  record Blocks(List<Block> blocks) {}

  record Block(String type, @Remaining ConfigNode settings) {}

  record Kept(@Nullable String token, @Nullable Integer retries) {}

  private static List<Fault> faults(String yaml, Class<? extends Record> type) {
    return faults(yaml, Map.of(), type);
  }

  private static List<Fault> faults(
      String yaml, Map<String, String> environment, Class<? extends Record> type) {
    var node = ConfigNode.parse(yaml, environment);
    return catchThrowableOfType(InvalidConfig.class, () -> node.bind(type)).faults();
  }

  private static String message(String yaml, Class<? extends Record> type) {
    return new InvalidConfig(faults(yaml, type)).getMessage();
  }

  @Test
  void bindsEveryKindOfValue() {
    var all =
        ConfigNode.parse(
                """
                text: 0123
                count: 42
                big: 9000000000
                ratio: 0.5
                on: true
                colour: dark-blue
                uri: https://example.com/a
                path: /tmp/x
                time: 5m
                size: 3MB
                secret: hush
                words: [a, b]
                numbers: {one: 1, two: 2}
                """)
            .bind(Everything.class);
    assertThat(all)
        .isEqualTo(
            new Everything(
                "0123",
                42,
                9_000_000_000L,
                0.5,
                true,
                Colour.DARK_BLUE,
                URI.create("https://example.com/a"),
                Path.of("/tmp/x"),
                Duration.ofMinutes(5),
                new ByteSize(3 << 20),
                new Secret("hush"),
                List.of("a", "b"),
                Map.of("one", 1, "two", 2),
                new Nested(7, null)));
  }

  @Test
  void reportsAllFaultsAtOnceWithPathLineAndExpectation() {
    assertThat(
            message(
                """
                text: [x]
                count: many
                big: 1.5
                ratio: NaN
                on: yes
                colour: darkblue
                uri: example.com
                time: 5 minutes
                size: 3M
                secret: ''
                words: a
                numbers: {one: x}
                nested: 3
                """,
                Everything.class))
        .isEqualTo(
            """
            text (line 1): got a list, expected a text
            count (line 2): got "many", expected a whole number
            big (line 3): got "1.5", expected a whole number
            ratio (line 4): got "NaN", expected a number
            on (line 5): got "yes", expected true or false
            colour (line 6): got "darkblue", expected one of red, dark-blue (did you mean dark-blue?)
            uri (line 7): got "example.com", expected a URI such as https://host/path
            path: got nothing, expected a file path
            time (line 8): got "5 minutes", expected a duration such as 500ms, 30s, 5m, 2h or 7d
            size (line 9): got "3M", expected a size such as 64KB or 3MB
            secret (line 10): got a secret that cannot be used, expected a secret that is not empty
            words (line 11): got a single value, expected a list
            numbers.one (line 12): got "x", expected a whole number
            nested (line 13): got a single value, expected a block of keys\
            """);
  }

  @Test
  void unknownKeysAreFaultsWithSuggestions() {
    assertThat(message("lucki: 7\nquite-other: 1\n", Nested.class))
        .isEqualTo(
            """
            lucki (line 1): got an unknown key, expected lucky (did you mean that?)
            quite-other (line 2): got an unknown key, expected one of lucky, maybe\
            """);
  }

  @Test
  void aKeyGivenTwiceIsAFaultBesideAllOthers() {
    assertThat(message("a: 1\nb: x\na: 2\n", Numbers.class))
        .isEqualTo(
            """
            a (line 3): is given twice, first near line 1
            b (line 2): got "x", expected a whole number\
            """);
  }

  @Test
  void everyBrokenRuleOfAConstructorIsAFaultAtItsPath() {
    assertThat(faults("port: 70000", Port.class))
        .containsExactly(new Fault("port", "line 1", "70000", "from 0 to 65535"));
    assertThat(faults("port: -13", Port.class)).hasSize(2);
    assertThat(ConfigNode.parse("port: 80").bind(Port.class)).isEqualTo(new Port(80));
  }

  @Test
  void aKeyWithNothingAfterItIsAsGoodAsAbsent() {
    assertThat(ConfigNode.parse("lucky:\nmaybe:\n").bind(Nested.class))
        .isEqualTo(new Nested(7, null));
    assertThat(ConfigNode.parse("").bind(Nested.class)).isEqualTo(new Nested(7, null));
  }

  @ParameterizedTest
  @CsvSource({
    "a: *hidden1",
    "a: &hidden1",
    "a: !hidden1",
    "a: !hidden1 x",
    "a: {hidden1",
    "'a: \"hidden1'",
    "a: @hidden1",
    "'a: hidden1: b'",
    "<<: {a: hidden1}",
    "'? [hidden1]\n: b'",
  })
  void yamlThatIsBrokenOrTooCleverIsAFaultAndItsTextNeverShows(String yaml) {
    assertThat(message(yaml, Secrets.class)).contains("line ").doesNotContain("hidden1");
  }

  @Test
  void aBombOfAliasesOrDepthIsAFault() {
    assertThat(faults("a: &x [1]\nb: [*x, *x]", Texts.class)).isNotEmpty();
    assertThat(faults("a: " + "[".repeat(10_000), Texts.class)).isNotEmpty();
    assertThat(faults("a: " + "x".repeat(1_100_000), Texts.class)).isNotEmpty();
  }

  @Test
  void secretsComeFromFilesWithoutTheLastLineBreakAndNeverPrint(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "hidden1\n\n");
    var secrets = ConfigNode.parse("a: file:" + file + "\nb: file://" + file).bind(Secrets.class);
    assertThat(secrets.a()).isEqualTo(new Secret("hidden1\n"));
    assertThat(secrets.b()).isEqualTo(secrets.a());
    assertThat(secrets.toString()).doesNotContain("hidden1");
    assertThat(message("a: file:/no/such/file\nb: [hidden1]", Secrets.class))
        .contains("a readable UTF-8 file at /no/such/file", "got a list")
        .doesNotContain("hidden1");
    assertThat(message("a: //user:hidden1@host", Numbers.class)).doesNotContain("hidden1");
    assertThat(message("value: {hidden2: hidden1}", Secrets.class)).doesNotContain("hidden1");
  }

  @Test
  void theEnvironmentLiesOverTheFile() {
    var environment =
        Map.of(
            "HILO__BLOCKS__0__TYPE", "changed",
            "HILO__BLOCKS__1__TYPE", "added",
            "HILO__BLOCKS__1__RETRIES", "3",
            "HILO_CONFIG", "not looked at",
            "PATH", "/bin");
    var blocks =
        ConfigNode.parse("blocks: [{type: first, token: t}]", environment).bind(Blocks.class);
    assertThat(blocks.blocks()).extracting(Block::type).containsExactly("changed", "added");
    assertThat(blocks.blocks().get(1).settings().bind(Kept.class)).isEqualTo(new Kept(null, 3));
  }

  @Test
  void moreThanTenListItemsMayComeFromTheEnvironment() {
    var environment = new HashMap<String, String>();
    for (int i = 0; i < 12; i++) {
      environment.put("HILO__BLOCKS__" + i + "__TYPE", "t" + i);
      environment.put("HILO__BLOCKS__" + i + "__A_LONGER_KEY", "x");
    }
    assertThat(ConfigNode.parse("", environment).bind(Blocks.class).blocks())
        .hasSize(12)
        .last()
        .extracting(Block::type)
        .isEqualTo("t11");
  }

  @Test
  void aVariableThatNamesNothingIsAFaultWithItsName() {
    assertThat(faults("", Map.of("HILO__LUCKI", "1"), Nested.class))
        .containsExactly(
            new Fault("lucki", "HILO__LUCKI", "an unknown key", "lucky (did you mean that?)"));
    assertThat(faults("lucky: 1", Map.of("HILO__LUCKY__X", "1"), Nested.class)).hasSize(1);
    assertThat(faults("", Map.of("HILO__LUCKY__", "1"), Nested.class)).hasSize(1);
    assertThat(faults("", Map.of("HILO__BLOCKS__7__TYPE", "1"), Blocks.class))
        .extracting(Fault::value)
        .containsExactly("index 7");
  }

  @Test
  void theRemainingKeysAreBoundLaterAtTheirOwnPath() {
    var block =
        ConfigNode.parse("blocks:\n  - type: x\n    token: t\n    retrys: 3\n")
            .bind(Blocks.class)
            .blocks()
            .getFirst();
    assertThatThrownBy(() -> block.settings().bind(Kept.class))
        .hasMessage(
            "blocks[0].retrys (line 4): got an unknown key, expected retries (did you mean that?)");
  }

  @Test
  void aTypeThatCannotBeBoundIsAMistakeInTheProgram() {
    record Odd(StringBuilder odd) {}
    assertThatThrownBy(() -> ConfigNode.parse("odd: x").bind(Odd.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("StringBuilder");
  }

  @Test
  void aMissingFileIsAFault() {
    assertThatThrownBy(() -> ConfigNode.read(Path.of("/no/such.yaml"), Map.of()))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage("/no/such.yaml: cannot be read as a UTF-8 text file");
  }

  @ParameterizedTest
  @CsvSource({
    "0B,0,0B",
    "512b,512,512B",
    "64KB,65536,64KB",
    "3 MB,3145728,3MB",
    "2GB,2147483648,2GB"
  })
  void sizesAreReadAndWritten(String text, long bytes, String written) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes)).hasToString(written);
  }
}
