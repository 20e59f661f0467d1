package dev.hilo.channel;

import dev.hilo.config.ConfigNode;
import dev.hilo.config.Field;
import dev.hilo.config.InvalidConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** All kinds of channels there are, by name. Immutable. */
public final class ChannelTypes {
  /**
   * One kind.
   *
   * @param fields what its settings are
   */
  public record Kind(ChannelType<?> type, List<Field> fields) {
    public String name() {
      return type.name();
    }

    /**
     * Checks settings without opening anything.
     *
     * @throws InvalidConfig with everything that is wrong
     */
    public void check(ConfigNode settings) {
      settings.bind(type.settings());
    }

    /**
     * Opens a channel, without calling out.
     *
     * @throws InvalidConfig with everything that is wrong
     */
    public Channel open(ConfigNode settings, Ports ports) {
      return open(type, settings, ports);
    }

    private static <S extends Record> Channel open(
        ChannelType<S> type, ConfigNode settings, Ports ports) {
      return type.open(settings.bind(type.settings()), ports);
    }
  }

  private final Map<String, Kind> all = new LinkedHashMap<>();

  public ChannelTypes() {
    for (ChannelType<?> type : ServiceLoader.load(ChannelType.class)) {
      all.put(type.name(), new Kind(type, Field.of(type.settings())));
    }
  }

  public List<Kind> all() {
    return List.copyOf(all.values());
  }

  /** Null if there is none of the name. */
  public @Nullable Kind find(String name) {
    return all.get(name);
  }

  public String names() {
    return String.join(", ", all.keySet());
  }
}
