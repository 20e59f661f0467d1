package dev.hilo.channel;

import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account with a token of its own, as configured.
 *
 * @param id the platform's id of the business side
 * @param name for agents
 */
public record TokenAccount(String id, String name, Secret token) {
  public TokenAccount {
    new Rules()
        .hold(!id.isBlank() && id.length() <= 200, "id must have 1 to 200 letters")
        .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
        .check();
  }

  public Channel.Account account() {
    return new Channel.Account(id, name);
  }

  public static @Nullable TokenAccount find(List<TokenAccount> accounts, String id) {
    return accounts.stream().filter(account -> account.id().equals(id)).findFirst().orElse(null);
  }

  /** True if each has an id of its own. */
  public static boolean distinct(List<TokenAccount> accounts) {
    return accounts.stream().map(TokenAccount::id).distinct().count() == accounts.size();
  }
}
