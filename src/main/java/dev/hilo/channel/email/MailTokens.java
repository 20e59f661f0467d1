package dev.hilo.channel.email;

import java.io.IOException;

/** Access tokens of one mailbox (RFC 6749). From any virtual thread. */
interface MailTokens {
  /** One that is good for a while; may ask the provider. */
  String token() throws IOException, InterruptedException;

  /** A server did not take {@code token}: it is not given again. */
  void refused(String token);
}
