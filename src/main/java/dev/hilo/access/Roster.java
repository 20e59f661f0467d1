package dev.hilo.access;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agents of a workspace and their public names. */
public record Roster(String workspace, Map<String, String> names) {
  public @Nullable String name(String agent) {
    return names.get(agent);
  }

  public Principal.@Nullable Agent agent(String id) {
    String name = names.get(id);
    return name == null ? null : new Principal.Agent(workspace, id, name);
  }
}
