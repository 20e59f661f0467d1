package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Mails of a directory held against what stands beside them: {@code NAME.eml}, or {@code NAME.txt}
 * for a body alone, and {@code NAME.expected.json} with any of {@code from}, {@code subject},
 * {@code text} (and {@code "text_whitespace": "ignore"}), {@code kind}, {@code bounce.status},
 * {@code bounce.hard}, {@code attachments}, {@code safe}.
 */
final class MailCases {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXPECTED = ".expected.json";
  private static final int WIDTH = 200;

  private static final Map<String, Double> GOALS =
      Map.of(
          "text", 0.90,
          "from", 0.98,
          "subject", 0.98,
          "bounce detected", 0.95,
          "bounce.status class", 0.85,
          "no false bounce", 1.0,
          "safe", 1.0,
          "no exception", 1.0);

  private record Count(int matched, int total) {
    Count add(boolean match) {
      return new Count(matched + (match ? 1 : 0), total + 1);
    }
  }

  private final Map<String, Count> counts = new LinkedHashMap<>();
  private final List<String> mismatches = new ArrayList<>();

  static MailCases read(Path directory) throws IOException {
    var cases = new MailCases();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(EXPECTED)).sorted().toList()) {
        cases.check(directory, file);
      }
    }
    return cases;
  }

  private void check(Path directory, Path expected) throws IOException {
    String name = expected.getFileName().toString().replace(EXPECTED, "");
    Path eml = expected.resolveSibling(name + ".eml");
    Path body = expected.resolveSibling(name + ".txt");
    String shown = directory.relativize(eml).toString().replace(".eml", "");
    if (Files.notExists(eml) && Files.notExists(body)) {
      throw new IOException("there is no " + name + ".eml or .txt beside " + expected);
    }
    byte[] raw = Files.exists(eml) ? Files.readAllBytes(eml) : mail(Files.readAllBytes(body));
    try {
      compare(shown, JSON.readTree(expected.toFile()), MailParser.parse(raw));
      count(shown, "no exception", true, "", "");
    } catch (UnreadableMail e) {
      count(shown, "readable", false, "readable", e.getMessage());
    } catch (RuntimeException | StackOverflowError e) {
      count(shown, "no exception", false, "a mail", e.toString());
    }
  }

  private static byte[] mail(byte[] body) {
    var mail = new ByteArrayOutputStream();
    mail.writeBytes("Content-Type: text/plain; charset=utf-8\r\n\r\n".getBytes(UTF_8));
    mail.writeBytes(body);
    return mail.toByteArray();
  }

  private void compare(String name, JsonNode expected, Mail mail) {
    if (expected.has("from")) {
      from(name, expected.get("from"), mail);
    }
    if (expected.has("subject")) {
      equal(name, "subject", line(expected.get("subject").asText("")), line(mail.subject()));
    }
    if (expected.has("text")) {
      boolean ignore = expected.path("text_whitespace").asText("").equals("ignore");
      String want = expected.get("text").asText("");
      equal(name, "text", text(want, ignore), text(mail.text(), ignore));
    }
    kind(name, expected, mail.kind());
    if (expected.has("attachments")) {
      var want = new ArrayList<String>();
      expected
          .get("attachments")
          .forEach(a -> want.add(name(a.isObject() ? a.path("name").asText("") : a.asText(""))));
      var got = new ArrayList<>(mail.files().stream().map(f -> name(f.name())).toList());
      if (!want.contains("")) {
        got.removeIf(String::isEmpty);
      }
      want.sort(Comparator.naturalOrder());
      got.sort(Comparator.naturalOrder());
      equal(name, "attachments", want.toString(), got.toString());
    }
    if (expected.path("safe").asBoolean(false)) {
      String html = mail.html();
      equal(name, "safe", "", html == null ? "" : String.join(", ", HarmlessHtml.faults(html)));
    }
  }

  /** As we would call it; empty if it has no name of its own. */
  private static String name(String name) {
    String clean = name.isBlank() ? "" : MailParser.cleanName(name, "", 1);
    return clean.matches("attachment-\\d+\\.\\w+") ? "" : clean;
  }

  private void kind(String name, JsonNode expected, MailKind kind) {
    JsonNode status = expected.has("bounce.status") ? expected.get("bounce.status") : null;
    JsonNode hard = expected.has("bounce.hard") ? expected.get("bounce.hard") : null;
    JsonNode bounce = expected.path("bounce");
    status = status == null ? bounce.get("status") : status;
    hard = hard == null ? bounce.get("hard") : hard;
    String want = expected.path("kind").asText(status != null || hard != null ? "bounce" : "");
    String got = kind(kind);
    if (expected.has("kind")) {
      equal(name, "kind", want, got);
    }
    if (want.equals("bounce")) {
      count(name, "bounce detected", got.equals("bounce"), "bounce", kind.toString());
    } else if (!want.isEmpty()) {
      count(name, "no false bounce", !got.equals("bounce"), want, kind.toString());
    }
    var found = kind instanceof MailKind.Bounce b ? b : null;
    if (status != null && !status.isNull()) {
      String code = found == null || found.status() == null ? "none" : found.status();
      equal(name, "bounce.status", status.asText(), code);
      String major = status.asText().isEmpty() ? "" : status.asText().substring(0, 1);
      equal(name, "bounce.status class", major, code.substring(0, 1));
    }
    if (hard != null && !hard.isNull()) {
      String answer = found == null ? "none" : Boolean.toString(found.hard());
      equal(name, "bounce.hard", Boolean.toString(hard.asBoolean()), answer);
    }
  }

  static String kind(MailKind kind) {
    return switch (kind) {
      case MailKind.Written _, MailKind.Bulk _ -> "message";
      case MailKind.Automatic _ -> "auto";
      case MailKind.Bounce _ -> "bounce";
      case MailKind.Feedback _ -> "feedback";
      case MailKind.ReadReceipt _ -> "receipt";
    };
  }

  private void from(String name, JsonNode node, Mail mail) {
    JsonNode one = node.isArray() ? node.path(0) : node;
    String address = one.path("address").asText(one.path("email").asText(""));
    String display = one.path("name").asText("");
    String text = one.isObject() ? "" : one.asText("");
    var parsed = MailAddress.parse(text).mailboxes();
    if (!parsed.isEmpty()) {
      address = parsed.getFirst().address();
      display = parsed.getFirst().name();
    }
    String normal = Objects.requireNonNullElse(MailAddress.normalised(address), address);
    var writer = mail.writer();
    String got = writer == null ? line(mail.headers().text("from")) : writer.address();
    String want = normal.isEmpty() ? line(text) : normal;
    if (!display.isEmpty() && writer != null) {
      want = line(display) + " <" + want + ">";
      got = line(writer.name()) + " <" + got + ">";
    }
    equal(name, "from", want, got);
  }

  private void equal(String name, String field, String want, String got) {
    count(name, field, want.equals(got), want, got);
  }

  private void count(String name, String field, boolean match, String want, String got) {
    counts.merge(field, new Count(0, 0).add(match), (a, _) -> a.add(match));
    if (!match) {
      mismatches.add("%s, %s: expected [%s], got [%s]".formatted(name, field, cut(want), cut(got)));
    }
  }

  private static String cut(@Nullable String text) {
    String line = String.valueOf(text).replace("\n", "\\n");
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + "…";
  }

  private static String line(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  private static String text(String text, boolean ignore) {
    return ignore ? text.replaceAll("\\s+", "") : text.replace("\r\n", "\n").strip();
  }

  List<String> mismatches() {
    return mismatches;
  }

  /** A line for each field, and one for each mismatch. */
  String table() {
    var out = new StringBuilder();
    counts.forEach(
        (field, count) ->
            out.append(
                String.format(
                    "%-20s %d/%d (%.1f %%)%n",
                    field + ":", count.matched, count.total, 100.0 * count.matched / count.total)));
    mismatches.forEach(line -> out.append(line).append(System.lineSeparator()));
    return out.toString();
  }

  /** The fields that are below their goals. */
  List<String> missed() {
    var missed = new ArrayList<String>();
    counts.forEach(
        (field, count) -> {
          double goal = GOALS.getOrDefault(field, 0.0);
          if (count.matched < goal * count.total) {
            missed.add(
                "%s: %d of %d match, the goal is %.0f %%"
                    .formatted(field, count.matched, count.total, 100 * goal));
          }
        });
    return missed;
  }
}
