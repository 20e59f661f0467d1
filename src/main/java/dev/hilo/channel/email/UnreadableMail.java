package dev.hilo.channel.email;

/** A mail that is beyond a limit or has no structure that can be followed. The message says why. */
final class UnreadableMail extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableMail(String why) {
    super(why);
  }
}
