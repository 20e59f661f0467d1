package dev.hilo.core;

import dev.hilo.config.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses lie in the public Internet, by the IANA special-purpose registries of IPv4 and
 * IPv6. Everything else (loopback, private, link-local with the metadata services of clouds,
 * shared, multicast, reserved) may be a machine next to ours.
 */
final class PublicNet {
  private static final List<Network> NOT_PUBLIC =
      nets(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4",
          "2001::/23",
          "2001:db8::/32",
          "2002::/16",
          "3fff::/20");

  /** All that was ever given out of IPv6. */
  private static final Network GLOBAL = Network.of("2000::/3");

  /** Holds an address of IPv4 in its last four bytes. */
  private static final Network TRANSLATED = Network.of("64:ff9b::/96");

  private PublicNet() {}

  private static List<Network> nets(String... texts) {
    return Arrays.stream(texts).map(Network::of).toList();
  }

  static boolean has(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (TRANSLATED.has(bytes)) {
      return has(four(Arrays.copyOfRange(bytes, 12, 16)));
    }
    return (address instanceof Inet4Address || GLOBAL.has(bytes))
        && NOT_PUBLIC.stream().noneMatch(net -> net.has(bytes));
  }

  private static InetAddress four(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // four bytes are always one
    }
  }
}
