package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one function library {@code hilo}. It is loaded where it is absent or older; a newer one
 * keeps all functions of the older, so a server never goes back.
 */
final class FunctionLibrary {
  private static final Pattern VERSION = Pattern.compile("hilo_version.*return (\\d+) end");

  private final String source;
  private final int version;

  private FunctionLibrary(String source) {
    this.source = source;
    Matcher m = VERSION.matcher(source);
    if (!m.find()) {
      throw new IllegalStateException("hilo.lua names no version");
    }
    this.version = Integer.parseInt(m.group(1));
  }

  static FunctionLibrary load() {
    try (InputStream in = FunctionLibrary.class.getResourceAsStream("hilo.lua")) {
      return new FunctionLibrary(
          new String(
              Objects.requireNonNull(in, "hilo.lua").readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String source() {
    return source;
  }

  Future<Void> ensure(Line line) {
    return line.ask(Request.cmd(Command.FCALL).arg("hilo_version").arg(0))
        .map(Reply::number)
        .recover(
            e ->
                String.valueOf(e.getMessage()).contains("Function not found")
                    ? Future.succeededFuture(0L)
                    : Future.failedFuture(e))
        .compose(
            there ->
                there >= version
                    ? Future.succeededFuture()
                    : line.ask(Request.cmd(Command.FUNCTION).arg("LOAD").arg("REPLACE").arg(source))
                        .mapEmpty());
  }
}
