package dev.hilo.channel.rcs;

import static java.util.Objects.requireNonNull;

import dev.hilo.channel.Channel;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.RsaJwt;
import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import java.net.URI;
import java.security.PrivateKey;
import java.util.List;

/**
 * The agents that share one webhook and one service account.
 *
 * @param clientToken as given when the webhook was set up; it signs what comes in
 * @param serviceAccount the mail address of the service account ({@code client_email} of its key)
 * @param privateKey its key in PEM ({@code private_key})
 * @param baseUrl of the interface of the agents' region
 * @param tokenUrl where access tokens come from
 * @param accounts the agents
 */
public record RcsSettings(
    Secret clientToken,
    String serviceAccount,
    Secret privateKey,
    @Default("https://rcsbusinessmessaging.googleapis.com") URI baseUrl,
    @Default("https://oauth2.googleapis.com/token") URI tokenUrl,
    List<Agent> accounts) {

  /**
   * An agent of this partner.
   *
   * @param id as {@code acme_7f3k2m_agent@rbm.goog}
   * @param name for agents of ours
   */
  public record Agent(String id, String name) {
    public Agent {
      new Rules()
          .hold(!id.isBlank() && id.length() <= 200, "id must have 1 to 200 letters")
          .hold(!name.isBlank() && name.length() <= 100, "name must have 1 to 100 letters")
          .check();
    }
  }

  public RcsSettings {
    new Rules()
        .hold(!clientToken.value().isBlank(), "client-token must not be empty")
        .hold(
            serviceAccount.matches("[^@\\s]+@[^@\\s]+"),
            "service-account must be like a mail address")
        .hold(RsaJwt.key(privateKey) != null, "private-key must be an RSA key in PEM (PKCS #8)")
        .hold(PlatformCall.isBase(baseUrl), "base-url must be an http or https address")
        .hold(PlatformCall.isBase(tokenUrl), "token-url must be an http or https address")
        .hold(!accounts.isEmpty(), "accounts must have at least one agent")
        .hold(
            accounts.stream().map(Agent::id).distinct().count() == accounts.size(),
            "accounts must each have an id of their own")
        .check();
  }

  List<Channel.Account> agents() {
    return accounts.stream().map(agent -> new Channel.Account(agent.id(), agent.name())).toList();
  }

  boolean has(String agent) {
    return accounts.stream().anyMatch(known -> known.id().equals(agent));
  }

  PrivateKey key() {
    return requireNonNull(RsaJwt.key(privateKey), "checked when it was made");
  }
}
