package dev.hilo.conversation;

/**
 * Where somebody can be reached: a channel, the scope in which the id is unique there (empty =
 * everywhere), and the platform's opaque id. An id is never assumed to be a phone number.
 */
public record Address(String channel, String scope, String id) {
  /** The channel of live sockets; its delivery is the fan-out itself. */
  public static final String WEB = "web";

  public Address {
    if (channel.isEmpty() || id.isEmpty() || id.length() > 512) {
      throw new IllegalArgumentException(
          "an address needs a channel and an id of 1..512 characters");
    }
  }

  public boolean live() {
    return channel.equals(WEB);
  }

  /** One unambiguous text form, the input of the address key. */
  public String canonical() {
    return channel.length() + ":" + channel + scope.length() + ":" + scope + id;
  }
}
