package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One case of a folder of fixtures: what comes in, byte for byte, what was configured, and what a
 * gateway makes of it. Reads both layouts, of README-a.md and README-b.md.
 */
public record ContractCase(
    String platform,
    String name,
    WebhookRequest request,
    JsonNode configured,
    JsonNode expected,
    boolean anyRefusal) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXPECTED = ".expected.json";

  /** All cases under a folder of platforms, by platform and name. */
  public static Map<String, List<ContractCase>> under(Path root) throws IOException {
    var all = new LinkedHashMap<String, List<ContractCase>>();
    for (Path folder : listed(root)) {
      if (Files.isDirectory(folder)) {
        var cases = new ArrayList<ContractCase>();
        for (Path file : listed(folder)) {
          if (file.toString().endsWith(EXPECTED)) {
            cases.add(read(folder, file));
          }
        }
        all.put(folder.getFileName().toString(), cases);
      }
    }
    return all;
  }

  /** The accounts that the expected events name. */
  public Set<String> accounts() {
    var accounts = new LinkedHashSet<String>();
    for (JsonNode event : expected.path("events")) {
      if (event.path("account").isTextual()) {
        accounts.add(event.path("account").asText());
      }
    }
    return accounts;
  }

  public boolean isPost() {
    return request.method().equals("POST");
  }

  WebhookRequest with(byte[] body) {
    return new WebhookRequest(
        request.method(), request.url(), request.query(), request.headers(), body, request.now());
  }

  /** The same with one more header. */
  public ContractCase with(String header, String value) {
    var headers = new LinkedHashMap<>(request.headers());
    headers.put(header, List.of(value));
    var more =
        new WebhookRequest(
            request.method(),
            request.url(),
            request.query(),
            headers,
            request.body(),
            request.now());
    return new ContractCase(platform, name, more, configured, expected, anyRefusal);
  }

  /** Without headers and query, where all proofs are. */
  WebhookRequest withoutProof() {
    return new WebhookRequest(
        request.method(),
        request.url().replaceFirst("\\?.*", ""),
        Map.of(),
        Map.of(),
        request.body(),
        request.now());
  }

  @Override
  public String toString() {
    return platform + "/" + name;
  }

  private static ContractCase read(Path folder, Path expectedFile) throws IOException {
    String file = expectedFile.getFileName().toString();
    String name = file.substring(0, file.length() - EXPECTED.length());
    Path bodyFile = body(folder, name);
    byte[] bytes = Files.readAllBytes(bodyFile);
    Path headersFile = folder.resolve(name + ".headers.json");
    boolean described = !Files.exists(headersFile);
    JsonNode about = described ? JSON.readTree(bytes) : JSON.readTree(headersFile.toFile());
    String method = about.path("method").asText("GET");
    String url = about.path("url").asText("https://gw.example.test" + about.path("path").asText());
    byte[] body = described || method.equals("GET") ? new byte[0] : bytes;
    var request =
        new WebhookRequest(method, url, query(url, about), headers(about), body, now(about));
    JsonNode expected = JSON.readTree(expectedFile.toFile());
    return new ContractCase(
        folder.getFileName().toString(), name, request, about, expected, expected.has("accept"));
  }

  private static Path body(Path folder, String name) throws IOException {
    for (String ending : List.of("json", "form", "xml", "txt", "bin")) {
      Path file = folder.resolve(name + "." + ending);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new IOException(folder + "/" + name + ": expected a file with the body");
  }

  private static Map<String, List<String>> query(String url, JsonNode about) {
    var query = new LinkedHashMap<String, List<String>>();
    String raw = URI.create(url).getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      int at = pair.indexOf('=');
      query.put(
          URLDecoder.decode(at < 0 ? pair : pair.substring(0, at), UTF_8),
          List.of(at < 0 ? "" : URLDecoder.decode(pair.substring(at + 1), UTF_8)));
    }
    about
        .path("query")
        .properties()
        .forEach(e -> query.put(e.getKey(), List.of(e.getValue().asText())));
    return query;
  }

  private static Map<String, List<String>> headers(JsonNode about) {
    var headers = new LinkedHashMap<String, List<String>>();
    for (var header : about.path("headers").properties()) {
      headers.put(header.getKey().toLowerCase(Locale.ROOT), List.of(header.getValue().asText()));
    }
    return headers;
  }

  private static Instant now(JsonNode about) {
    if (about.has("now")) {
      return Instant.ofEpochSecond(about.path("now").asLong());
    }
    JsonNode at = about.path("checkAt");
    return at.isTextual()
        ? java.time.OffsetDateTime.parse(at.asText()).toInstant()
        : Instant.ofEpochSecond(at.asLong(1_772_618_500));
  }

  private static List<Path> listed(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
