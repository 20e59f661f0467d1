package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Signature;
import dev.hilo.channel.WebhookRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who may call: the program by its signing secrets or bearer tokens, a device by its own key. */
final class Callers {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final int SIGNATURES = 8;

  private final List<SigningKey> program;
  private final Map<String, SigningDevice> devices = new HashMap<>();
  private final Set<String> bearers;
  private final Map<String, WebhookSettings.Device> deviceBearers = new HashMap<>();

  private record SigningDevice(WebhookSettings.Device device, SigningKey key) {}

  sealed interface Outcome {}

  /**
   * @param call the id of the call, the same for each repeat; empty where it has none
   * @param device that speaks, null = the program, for whom it likes
   */
  record Known(String call, WebhookSettings.@Nullable Device device) implements Outcome {}

  record Unknown(int status, String why) implements Outcome {}

  Callers(WebhookSettings settings) {
    program = settings.signingSecrets().stream().map(SigningKey::of).toList();
    bearers =
        settings.bearerTokens().stream()
            .map(token -> digest(token.value()))
            .collect(Collectors.toUnmodifiableSet());
    for (var device : settings.devices()) {
      if (SigningKey.isValid(device.key())) {
        devices.put(device.id(), new SigningDevice(device, SigningKey.of(device.key())));
      } else {
        deviceBearers.put(digest(device.key().value()), device);
      }
    }
  }

  Outcome of(WebhookRequest request) {
    String authorization = request.header("authorization");
    return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        ? bearer(request, digest(authorization.substring(7).strip()))
        : signed(request);
  }

  /** Found by its digest: how long that takes says nothing of the token. */
  private Outcome bearer(WebhookRequest request, String token) {
    var device = deviceBearers.get(token);
    if (device == null && !bearers.contains(token)) {
      return new Unknown(401, "authorization: the token is not known");
    }
    String id = request.header("webhook-id");
    return new Known(id == null || !isId(id) ? "" : id, device);
  }

  private Outcome signed(WebhookRequest request) {
    String id = request.header("webhook-id");
    String timestamp = request.header("webhook-timestamp");
    String signatures = request.header("webhook-signature");
    if (id == null || timestamp == null || signatures == null) {
      return new Unknown(401, "expected webhook-id, webhook-timestamp and webhook-signature");
    }
    if (!isId(id)) {
      return new Unknown(400, "webhook-id: expected 1 to 256 characters without '.'");
    }
    if (!isRecent(timestamp, request.now())) {
      return new Unknown(401, "webhook-timestamp: expected the seconds of now, 5 min more or less");
    }
    String device = request.parameter("device");
    var own = device == null ? null : devices.get(device);
    List<SigningKey> keys = device == null ? program : own == null ? List.of() : List.of(own.key());
    for (String signature : signatures.split(" ", SIGNATURES + 1)) {
      for (SigningKey key : keys) {
        if (key.verifies(signature, id, timestamp, request.body())) {
          return new Known(id, own == null ? null : own.device());
        }
      }
    }
    return new Unknown(401, "webhook-signature does not fit the body");
  }

  private static boolean isId(String id) {
    return id.matches("[^.\\p{Cntrl}]{1,256}");
  }

  private static boolean isRecent(String timestamp, Instant now) {
    return timestamp.matches("\\d{1,12}")
        && Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now)
                .abs()
                .compareTo(TOLERANCE)
            <= 0;
  }

  private static String digest(String token) {
    return Signature.hex(Signature.digest("SHA-256", token.getBytes(UTF_8)));
  }
}
