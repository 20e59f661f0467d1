package dev.hilo.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A call that the Cloud API refuses; the words of Meta's error codes page. */
final class GraphError extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;
  private final int code;
  private final String type;
  private final @Nullable String details;
  private final int subcode;

  private GraphError(
      int status, int code, int subcode, String type, String message, @Nullable String details) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.subcode = subcode;
    this.type = type;
    this.details = details;
  }

  static GraphError token() {
    return new GraphError(
        401,
        190,
        0,
        "OAuthException",
        "Invalid OAuth access token - Cannot parse access token",
        null);
  }

  static GraphError unknownObject(String id) {
    return new GraphError(
        400,
        100,
        33,
        "GraphMethodException",
        "Unsupported post request. Object with ID '"
            + id
            + "' does not exist, cannot be loaded due to missing permissions, or does not support"
            + " this operation",
        null);
  }

  static GraphError unknownPath(String path) {
    return new GraphError(400, 2500, 0, "OAuthException", "Unknown path components: " + path, null);
  }

  static GraphError parameter(String message) {
    return new GraphError(400, 100, 0, "OAuthException", "(#100) " + message, message);
  }

  static GraphError missing(String parameter) {
    return new GraphError(
        400,
        131008,
        0,
        "OAuthException",
        "(#131008) Required parameter is missing",
        "Parameter '" + parameter + "' is mandatory");
  }

  static GraphError value(String details) {
    return new GraphError(
        400, 131009, 0, "OAuthException", "(#131009) Parameter value is not valid", details);
  }

  static GraphError undeliverable() {
    return new GraphError(
        400,
        131026,
        0,
        "OAuthException",
        "(#131026) Message undeliverable",
        "Message Undeliverable.");
  }

  static GraphError windowClosed() {
    return new GraphError(
        400,
        131047,
        0,
        "OAuthException",
        "(#131047) Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last"
            + " replied to this number.");
  }

  LoopbackServer.Answer answer() {
    var error = JsonNodeFactory.instance.objectNode();
    error.put("message", getMessage()).put("type", type).put("code", code);
    if (subcode != 0) {
      error.put("error_subcode", subcode);
    }
    if (details != null) {
      error.putObject("error_data").put("messaging_product", "whatsapp").put("details", details);
    }
    byte[] trace = new byte[11];
    ThreadLocalRandom.current().nextBytes(trace);
    error.put("fbtrace_id", "A" + HexFormat.of().formatHex(trace));
    var root = JsonNodeFactory.instance.objectNode();
    root.set("error", error);
    return new LoopbackServer.Answer(status, root.toString());
  }
}
