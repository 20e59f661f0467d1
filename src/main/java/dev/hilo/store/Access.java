package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** How to come in to any server of the store. */
final class Access {
  private static final int CONNECT_MS = 2000;

  final StoreUri uri;
  final NetClient client;
  private final Line.Login login;

  Access(Vertx vertx, StoreUri uri) {
    this.uri = uri;
    NetClientOptions options =
        new NetClientOptions().setConnectTimeout(CONNECT_MS).setTcpKeepAlive(true);
    if (uri.tls()) {
      options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS").setTrustOptions(trusted(uri));
    }
    this.client = vertx.createNetClient(options);
    this.login = new Line.Login(uri.user(), uri.password(), uri.database());
  }

  /**
   * Whose certificates are taken; null = whom the JVM trusts. Throws IllegalArgumentException that
   * says what is wrong with the file.
   */
  static @Nullable PemTrustOptions trusted(StoreUri uri) {
    Path file = uri.ca();
    if (file == null) {
      return null;
    }
    try {
      byte[] pem = Files.readAllBytes(file);
      if (CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))
          .isEmpty()) {
        throw new IllegalArgumentException("ca: " + file + " holds no certificate");
      }
      return new PemTrustOptions().addCertValue(Buffer.buffer(pem));
    } catch (IOException e) {
      throw new IllegalArgumentException("ca: " + file + " cannot be read", e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException("ca: " + file + " holds no certificate in PEM", e);
    }
  }

  /** Why there is no connection; of TLS what does not fit, which is at the bottom. */
  static Throwable why(Throwable failure) {
    Throwable last = failure;
    boolean tls = failure instanceof SSLException;
    while (last.getCause() != null) {
      last = last.getCause();
      tls |= last instanceof SSLException;
    }
    return tls ? new StoreUnavailable("no TLS with it: " + last.getMessage(), failure) : failure;
  }

  Line line(ContextInternal loop, Server server) {
    return new Line(client, loop, server, login);
  }

  /** To a server that may not know our user: a sentinel. */
  Line nameless(ContextInternal loop, Server server) {
    return new Line(client, loop, server, Line.Login.NOBODY);
  }

  /** {@code work} on a line, which is ended, and so fails the work, if that takes too long. */
  static <T extends @Nullable Object> Future<T> within(
      ContextInternal loop, int ms, Line line, Future<T> work) {
    long timer =
        loop.setTimer(ms, _ -> line.end(new StoreUnavailable("no answer in " + ms + " ms", null)));
    return work.onComplete(_ -> loop.owner().cancelTimer(timer));
  }
}
