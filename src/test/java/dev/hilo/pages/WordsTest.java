package dev.hilo.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboard says everything in every language. */
class WordsTest {
  private static final Path DASHBOARD = Path.of("src", "main", "web", "dashboard");
  private static final List<String> LANGUAGES = List.of("en", "es", "pt");
  private static final Pattern WORD =
      Pattern.compile("(?m)^\\s*\"?([\\w.-]+)\"?:\\s*\"((?:[^\"\\\\]|\\\\.)*)\",?$");
  private static final Pattern PLACE = Pattern.compile("\\{\\w+}");
  private static final Pattern SPOKEN = Pattern.compile("\\bt\\(\\s*\"([\\w.-]+)\"");

  /** Folders with one file of words for each language. */
  static List<Path> tables() throws IOException {
    try (Stream<Path> all = Files.walk(DASHBOARD)) {
      return all.filter(folder -> Files.exists(folder.resolve("en.js"))).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void everyLanguageHasTheSameWords(Path folder) {
    Map<String, String> english = words(folder, "en");
    assertThat(english).isNotEmpty();
    for (String language : LANGUAGES) {
      Map<String, String> words = words(folder, language);
      assertThat(words).as(language).containsOnlyKeys(english.keySet());
      words.forEach(
          (key, text) -> {
            assertThat(text).as("%s: %s", language, key).isNotBlank();
            assertThat(shape(text)).as("%s: %s", language, key).isEqualTo(shape(english.get(key)));
          });
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void everyWordThatIsSaidIsKnown(Path source) throws IOException {
    Set<String> known =
        tables().stream()
            .map(folder -> words(folder, "en").keySet())
            .flatMap(Collection::stream)
            .collect(Collectors.toSet());
    Set<String> said =
        found(SPOKEN, read(source)).map(word -> word.group(1)).collect(Collectors.toSet());
    assertThat(known).containsAll(said);
  }

  static List<Path> sources() throws IOException {
    try (Stream<Path> all = Files.walk(DASHBOARD)) {
      return all.filter(file -> file.toString().endsWith(".js"))
          .filter(file -> SPOKEN.matcher(read(file)).find())
          .sorted()
          .toList();
    }
  }

  /** What a translation must keep: its places, and whether it has forms for one and for many. */
  private static Map<String, Boolean> shape(String text) {
    var shape = new TreeMap<String, Boolean>();
    found(PLACE, text).forEach(place -> shape.put(place.group(), text.contains("|")));
    return shape;
  }

  private static Map<String, String> words(Path folder, String language) {
    var words = new LinkedHashMap<String, String>();
    var twice = new TreeSet<String>();
    found(WORD, read(folder.resolve(language + ".js")))
        .forEach(
            word -> {
              if (words.put(word.group(1), word.group(2)) != null) {
                twice.add(word.group(1));
              }
            });
    assertThat(twice).as("said twice in %s", language).isEmpty();
    return words;
  }

  private static Stream<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
