package dev.hilo.channel;

/**
 * A kind of channel, found by {@link java.util.ServiceLoader}. Adding a platform is one
 * implementation, its settings record, one services line, one block in the configuration and one
 * folder of cases for the contract test.
 *
 * @param <S> the settings of one configured block; its compact constructor checks them
 */
public interface ChannelType<S extends Record> {
  /** Lower-case name, as in configuration, addresses and badges; for example {@code whatsapp}. */
  String name();

  Class<S> settings();

  /** Whether the platform calls us. */
  default boolean webhook() {
    return true;
  }

  /** Opens one configured block: an endpoint with its accounts. Must not call out. */
  Channel open(S settings, Ports ports);
}
