package dev.hilo.channel.email;

import java.net.InetAddress;
import java.util.List;

/** Addresses and networks such as {@code 10.1.0.0/16}. */
final class Networks {
  @SuppressWarnings("ArrayRecordComponent") // nobody else sees it
  private record Network(byte[] address, int bits) {}

  private final List<Network> networks;

  /**
   * @throws IllegalArgumentException if one of them is neither
   */
  Networks(List<String> texts) {
    networks = texts.stream().map(Networks::network).toList();
  }

  private static Network network(String text) {
    int slash = text.indexOf('/');
    try {
      byte[] address =
          InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
      int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
      if (bits >= 0 && bits <= address.length * 8) {
        return new Network(address, bits);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "trusted: addresses or networks such as 10.1.0.0/16, not " + text);
  }

  boolean contain(InetAddress address) {
    byte[] bytes = address.getAddress();
    return networks.stream().anyMatch(n -> matches(n, bytes));
  }

  private static boolean matches(Network network, byte[] address) {
    if (network.address.length != address.length) {
      return false;
    }
    for (int i = 0; i < network.bits; i++) {
      int mask = 0x80 >> i % 8;
      if ((network.address[i / 8] & mask) != (address[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
