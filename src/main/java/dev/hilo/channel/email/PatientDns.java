package dev.hilo.channel.email;

import java.time.Duration;

/** Asks another for the check of one mail: not for ever, and not without end. For one thread. */
final class PatientDns implements Dns {
  private final Dns dns;
  private final long end;
  private int left;

  PatientDns(Dns dns, Duration patience, int questions) {
    this.dns = dns;
    this.end = System.nanoTime() + patience.toNanos();
    this.left = questions;
  }

  @Override
  public Answer ask(String name, Type type) throws Unanswered {
    if (--left < 0) {
      throw new Unanswered("too many questions");
    }
    if (System.nanoTime() - end > 0) {
      throw new Unanswered("it took too long");
    }
    return dns.ask(name, type);
  }
}
