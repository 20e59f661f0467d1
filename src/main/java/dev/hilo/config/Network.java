package dev.hilo.config;

import java.net.InetAddress;

/** An address, or the addresses that begin with the same {@code bits}: {@code 10.1.0.0/16}. */
public record Network(InetAddress address, int bits) {

  /** Throws {@link IllegalArgumentException}, in words for people, for what is neither. */
  public static Network of(String text) {
    int slash = text.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int most = address.getAddress().length * 8;
    int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("a network has 0 to " + most + " bits");
    }
    return new Network(address, bits);
  }

  public boolean has(InetAddress other) {
    return has(other.getAddress());
  }

  /** {@code other}: 4 or 16 bytes; false for those of the other kind. */
  public boolean has(byte[] other) {
    byte[] mine = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i & 7);
      if ((mine[i >> 3] & mask) != (other[i >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }
}
