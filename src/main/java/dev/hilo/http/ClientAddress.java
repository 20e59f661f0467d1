package dev.hilo.http;

import dev.hilo.config.Network;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;

/**
 * Where a call comes from. Behind proxies that are trusted that is what they say in {@code
 * X-Forwarded-For}; from anybody else that header counts for nothing.
 */
public final class ClientAddress {
  private static final int LONGEST = 45;

  private final List<Network> trusted;

  /**
   * {@code trusted}: addresses, or networks such as {@code 10.0.0.0/8}; throws
   * IllegalArgumentException for anything else.
   */
  public ClientAddress(List<String> trusted) {
    this.trusted = trusted.stream().map(ClientAddress::network).toList();
  }

  /** Whether a proxy can be named so. */
  public static boolean isNetwork(String text) {
    try {
      network(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Network network(String text) {
    int slash = text.indexOf('/');
    literal(slash < 0 ? text : text.substring(0, slash));
    return Network.of(text);
  }

  String of(HttpServerRequest request) {
    var remote = request.remoteAddress();
    String peer = remote == null || remote.hostAddress() == null ? "" : remote.hostAddress();
    if (!trusts(peer)) {
      return peer;
    }
    List<String> hops =
        request.headers().getAll("X-Forwarded-For").stream()
            .flatMap(line -> List.of(line.split(",")).stream())
            .map(String::strip)
            .toList();
    for (String hop : hops.reversed()) {
      if (!isLiteral(hop)) {
        return peer;
      }
      peer = hop;
      if (!trusts(hop)) {
        return hop;
      }
    }
    return peer;
  }

  /** Written in full: {@code 10.1} is an address to the JDK, and to nobody else. */
  private static InetAddress literal(String text) {
    if (text.length() > LONGEST || text.indexOf(':') < 0 && !text.matches("\\d+(\\.\\d+){3}")) {
      throw new IllegalArgumentException("an address has four numbers, or colons");
    }
    return InetAddress.ofLiteral(text);
  }

  private static boolean isLiteral(String text) {
    try {
      literal(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private boolean trusts(String address) {
    if (trusted.isEmpty() || !isLiteral(address)) {
      return false;
    }
    InetAddress known = literal(address);
    return trusted.stream().anyMatch(network -> network.has(known));
  }
}
