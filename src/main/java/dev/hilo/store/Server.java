package dev.hilo.store;

/** Where one Redis listens. */
public record Server(String host, int port) {
  /**
   * {@code host:port}, an IPv6 address with or without brackets. Throws IllegalArgumentException.
   */
  public static Server of(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    String port = text.substring(colon + 1);
    if (host.isEmpty() || !host.matches("[A-Za-z0-9._:%-]+") || !port.matches("\\d{1,5}")) {
      throw new IllegalArgumentException("not host:port");
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("a port must be 1 to 65535");
    }
    return new Server(host, number);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
