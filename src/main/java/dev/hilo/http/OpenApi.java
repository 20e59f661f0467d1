package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import java.util.List;
import java.util.Locale;

/** The list of all calls as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), made of the table. */
final class OpenApi {
  private OpenApi() {}

  static ObjectNode of(List<Route> routes) {
    ObjectNode out = Json.object().put("openapi", "3.1.1");
    out.putObject("info").put("title", "Hilo").put("version", "1");
    out.putArray("servers").addObject().put("url", "/api/v1");
    ObjectNode security = out.putObject("components").putObject("securitySchemes");
    security.putObject("key").put("type", "http").put("scheme", "bearer");
    security
        .putObject("session")
        .put("type", "apiKey")
        .put("in", "cookie")
        .put("name", "__Host-hilo");
    ObjectNode paths = out.putObject("paths");
    for (Route route : routes) {
      operation(paths.withObjectProperty(route.path().replaceAll(":(\\w+)", "{$1}")), route);
    }
    return out;
  }

  private static void operation(ObjectNode path, Route route) {
    ObjectNode operation = path.putObject(route.method().name().toLowerCase(Locale.ROOT));
    for (String part : List.of(route.path().split("/", -1))) {
      if (part.startsWith(":")) {
        operation
            .withArrayProperty("parameters")
            .addObject()
            .put("name", part.substring(1))
            .put("in", "path")
            .put("required", true)
            .putObject("schema")
            .put("type", "string");
      }
    }
    String right =
        switch (route.right()) {
          case Route.Right.Open _ -> "open";
          case Route.Right.User _ -> "signed-in";
          case Route.Right.Staff(var act) -> act.word();
          case Route.Right.OnThread(var act) -> act == null ? "thread" : act.word();
          case Route.Right.OnItem _ -> "item";
          case Route.Right.Anybody _ -> "anybody";
        };
    operation.put("x-right", right);
    if (!(route.right() instanceof Route.Right.Open)) {
      var either = operation.putArray("security");
      either.addObject().putArray("session");
      if (!(route.right() instanceof Route.Right.User)) {
        either.addObject().putArray("key");
      }
    }
    ObjectNode responses = operation.putObject("responses");
    responses.putObject("2XX").put("description", "done");
    responses.putObject("default").put("description", "a problem (RFC 9457) with a code");
  }
}
