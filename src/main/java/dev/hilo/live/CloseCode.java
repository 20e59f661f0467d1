package dev.hilo.live;

import java.util.Locale;

/**
 * Why the gateway closes a socket. 4000-4099: come back; 4100-4199: not with the same credentials.
 */
public enum CloseCode {
  DRAINING(4000),
  SLOW_HELLO(4001),
  NO_PROGRESS(4002),
  OVERLOAD(4003),
  /** What it takes to come in changed. */
  LOOK_AGAIN(4004),
  BAD_CREDENTIALS(4100),
  REVOKED(4101),
  PROTOCOL(4102),
  TOO_LARGE(4103);

  private final short code;

  CloseCode(int code) {
    this.code = (short) code;
  }

  public short code() {
    return code;
  }

  /** In words, for the close frame. */
  String reason() {
    return name().toLowerCase(Locale.ROOT);
  }
}
