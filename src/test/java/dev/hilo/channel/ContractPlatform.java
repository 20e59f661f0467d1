package dev.hilo.channel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.config.ConfigNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a folder of cases becomes settings of a channel type. Cases under {@code some-platform} are
 * read by {@code dev.hilo.channel.contract.SomePlatform}; where there is no such class, the
 * platform is not built.
 */
public interface ContractPlatform {
  /** Name of the channel type that a case is for. */
  String type(ContractCase c);

  /** True if the proof of origin covers the body, not only the call. */
  boolean signsBody();

  Map<String, Object> settings(ContractCase c);

  /** What must be there before {@code webhook} can judge a case, for example fetched keys. */
  default void prepare(Webhook webhook, ContractCase c) {}

  /** What is expected of a case; other than it says only where it contradicts its own body. */
  default JsonNode expected(ContractCase c) {
    return c.expected();
  }

  /** A case that is no call of the platform, as the call that brings it to us. */
  default ContractCase brought(ContractCase c) {
    return c;
  }

  /** False where the platform promises no proof of origin for this kind of call. */
  default boolean proves(ContractCase c) {
    return true;
  }

  /** The webhook that a case is for, ready to judge it. */
  static Webhook open(Vertx vertx, ContractPlatform platform, ContractCase c) {
    var ports =
        new Ports(
            vertx,
            WebClient.create(vertx),
            new NoBlobs(),
            new MapMemory(),
            URI.create("https://gw.example.test"),
            "main");
    var settings =
        ConfigNode.parse(new ObjectMapper().valueToTree(platform.settings(c)).toString());
    Webhook webhook =
        requireNonNull(new ChannelTypes().find(platform.type(c))).open(settings, ports).webhook();
    requireNonNull(webhook);
    platform.prepare(webhook, c);
    return webhook;
  }

  static @Nullable ContractPlatform of(String folder) {
    var name = new StringBuilder("dev.hilo.channel.contract.");
    for (String word : folder.split("-")) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    try {
      return (ContractPlatform)
          Class.forName(name.toString()).getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException _) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("cannot make " + name, e);
    }
  }

  /** The accounts that a case names, each with a token; one of its own where it names none. */
  static List<Map<String, String>> accounts(ContractCase c, String otherwise) {
    Set<String> ids = c.accounts().isEmpty() ? Set.of(otherwise) : c.accounts();
    return ids.stream().map(id -> Map.of("id", id, "name", "Account", "token", "t")).toList();
  }

  /** As {@link #accounts}, without tokens. */
  static List<Map<String, String>> named(ContractCase c, String otherwise) {
    Set<String> ids = c.accounts().isEmpty() ? Set.of(otherwise) : c.accounts();
    return ids.stream().map(id -> Map.of("id", id, "name", "Account")).toList();
  }
}
