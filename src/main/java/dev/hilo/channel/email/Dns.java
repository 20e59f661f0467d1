package dev.hilo.channel.email;

import java.util.List;

/** What checking a sender asks the domain name system. Blocks: virtual threads only. */
interface Dns {
  /** Kinds of records. */
  enum Type {
    A,
    AAAA,
    MX,
    PTR,
    TXT
  }

  /**
   * What is known of a name.
   *
   * @param exists false if there is nothing at all of that name (NXDOMAIN)
   * @param records addresses as text, names without a dot at the end, whole TXT records; of MX the
   *     names, the most preferred first
   */
  record Answer(boolean exists, List<String> records) {}

  /** The name could not be looked up now. */
  final class Unanswered extends Exception {
    private static final long serialVersionUID = 1;

    Unanswered(String what) {
      super(what);
    }
  }

  /**
   * Looks up the records of a name.
   *
   * @param name with or without a dot at the end; one that cannot be a name does not exist
   */
  Answer ask(String name, Type type) throws Unanswered;
}
