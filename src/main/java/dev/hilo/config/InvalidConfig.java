package dev.hilo.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. The message lists every fault, one a line. */
public final class InvalidConfig extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<Fault> faults;

  /**
   * Makes the message of the faults.
   *
   * @param faults all that is wrong, at least one
   */
  public InvalidConfig(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /** All that is wrong, in the order of the file. */
  public List<Fault> faults() {
    return faults;
  }
}
