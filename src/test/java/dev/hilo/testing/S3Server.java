package dev.hilo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A bucket that is as strict as S3: nothing is taken whose signature, body hash or time is not
 * right to the byte. It works the signature out by itself, from what came over the wire.
 */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "hilo-files";
  public static final String ACCESS = "AKIDEXAMPLE";
  public static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  public static final String REGION = "eu-south-2";

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request,\\s?"
              + "SignedHeaders=([a-z0-9;-]+),\\s?Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

  private final HttpServer server;
  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final Queue<Integer> faults = new ConcurrentLinkedQueue<>();
  private final List<String> refusals = new ArrayList<>();

  public S3Server() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What is in the bucket, by key. */
  public Map<String, byte[]> objects() {
    return objects;
  }

  /** The next request is answered so, whatever it is. A copy fails after its 200 with -200. */
  public void next(int status) {
    faults.add(status);
  }

  /** Why requests were refused. */
  public List<String> refusals() {
    synchronized (refusals) {
      return List.copyOf(refusals);
    }
  }

  private void handle(HttpExchange request) throws IOException {
    byte[] body = request.getRequestBody().readAllBytes();
    String fault = fault(request, body);
    Integer scripted = fault == null ? faults.poll() : null;
    if (fault != null) {
      synchronized (refusals) {
        refusals.add(fault);
      }
      error(request, 403, fault);
    } else if (scripted != null && scripted > 0) {
      error(request, scripted, "Scripted");
    } else {
      serve(request, body, scripted != null);
    }
    request.close();
  }

  private void serve(HttpExchange request, byte[] body, boolean failing) throws IOException {
    String path = request.getRequestURI().getPath();
    if (path.equals("/" + BUCKET)) {
      request.sendResponseHeaders(200, -1);
      return;
    } else if (!path.startsWith("/" + BUCKET + "/")) {
      error(request, 404, "NoSuchBucket");
      return;
    }
    String key = path.substring(BUCKET.length() + 2);
    byte[] object = objects.get(key);
    String source = request.getRequestHeaders().getFirst("x-amz-copy-source");
    switch (request.getRequestMethod()) {
      case "PUT" -> {
        if (failing) {
          answer(request, 200, "<Error><Code>InternalError</Code></Error>".getBytes(UTF_8));
        } else if (source == null) {
          objects.put(key, body);
          answer(request, 200, new byte[0]);
        } else if (objects.get(source.substring(BUCKET.length() + 2)) instanceof byte[] from) {
          objects.put(key, from);
          answer(request, 200, "<CopyObjectResult/>".getBytes(UTF_8));
        } else {
          error(request, 404, "NoSuchKey");
        }
      }
      case "HEAD", "GET" -> {
        if (object == null) {
          error(request, 404, "NoSuchKey");
        } else {
          read(request, object);
        }
      }
      default -> error(request, 405, "MethodNotAllowed");
    }
  }

  private static void read(HttpExchange request, byte[] object) throws IOException {
    String range = request.getRequestHeaders().getFirst("range");
    if (request.getRequestMethod().equals("HEAD")) {
      request.getResponseHeaders().add("Content-Length", String.valueOf(object.length));
      request.sendResponseHeaders(200, -1);
    } else if (range == null) {
      answer(request, 200, object);
    } else {
      String[] ends = range.substring("bytes=".length()).split("-", 2);
      int from = Integer.parseInt(ends[0]);
      int to = Math.min(object.length - 1, Integer.parseInt(ends[1]));
      answer(request, 206, Arrays.copyOfRange(object, from, to + 1));
    }
  }

  private static void answer(HttpExchange request, int status, byte[] body) throws IOException {
    request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      request.getResponseBody().write(body);
    }
  }

  private static void error(HttpExchange request, int status, String code) throws IOException {
    boolean head = request.getRequestMethod().equals("HEAD");
    answer(
        request,
        status,
        head ? new byte[0] : ("<Error><Code>" + code + "</Code></Error>").getBytes(UTF_8));
  }

  /** What is wrong with the signature, or null. */
  private static String fault(HttpExchange request, byte[] body) {
    Headers headers = request.getRequestHeaders();
    Matcher m = AUTHORIZATION.matcher(String.valueOf(headers.getFirst("authorization")));
    if (!m.matches()) {
      return "MissingAuthorization";
    } else if (!m.group(1).equals(ACCESS) || !m.group(3).equals(REGION)) {
      return "InvalidAccessKeyId";
    }
    String time = String.valueOf(headers.getFirst("x-amz-date"));
    Instant at = LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
    if (!time.startsWith(m.group(2))
        || Duration.between(at, Instant.now()).abs().compareTo(Duration.ofMinutes(15)) > 0) {
      return "RequestTimeTooSkewed";
    }
    String hash = hex(sha256(body));
    if (!hash.equals(headers.getFirst("x-amz-content-sha256"))) {
      return "XAmzContentSHA256Mismatch";
    }
    List<String> signed = List.of(m.group(4).split(";", -1));
    TreeMap<String, String> lines = new TreeMap<>();
    for (String name : signed) {
      if (headers.getFirst(name) == null) {
        return "signed but absent: " + name;
      }
      lines.put(name, headers.getFirst(name).strip().replaceAll(" +", " "));
    }
    for (String name : headers.keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      boolean must = lower.startsWith("x-amz-") || lower.equals("host");
      if (must && !signed.contains(lower)) {
        return "not signed: " + lower;
      }
    }
    if (!List.copyOf(lines.keySet()).equals(signed)) {
      return "signed headers are not in order";
    }
    StringBuilder canonical = new StringBuilder(request.getRequestMethod()).append('\n');
    canonical.append(request.getRequestURI().getRawPath()).append("\n\n");
    lines.forEach((name, value) -> canonical.append(name).append(':').append(value).append('\n'));
    canonical.append('\n').append(m.group(4)).append('\n').append(hash);
    String scope = m.group(2) + "/" + REGION + "/s3/aws4_request";
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + time
            + "\n"
            + scope
            + "\n"
            + hex(sha256(canonical.toString().getBytes(UTF_8)));
    byte[] key = ("AWS4" + SECRET).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return hex(hmac(key, toSign)).equals(m.group(5)) ? null : "SignatureDoesNotMatch";
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
