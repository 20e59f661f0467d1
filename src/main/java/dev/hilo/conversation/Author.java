package dev.hilo.conversation;

/**
 * Who caused an entry. {@code id}: a customer id, an agent's id, a bot's name, or the gateway's
 * part that acted.
 */
public record Author(Kind kind, String id) {
  public enum Kind {
    CUSTOMER,
    AGENT,
    BOT,
    INTEGRATION,
    GATEWAY;

    public String word() {
      return switch (this) {
        case CUSTOMER -> "customer";
        case AGENT -> "agent";
        case BOT -> "bot";
        case INTEGRATION -> "integration";
        case GATEWAY -> "gateway";
      };
    }
  }

  public static Author customer(CustomerId home) {
    return new Author(Kind.CUSTOMER, home.toString());
  }

  public static Author gateway(String part) {
    return new Author(Kind.GATEWAY, part);
  }

  /** Parses {@code kind:id}; throws {@link IllegalArgumentException} for an unknown kind. */
  public static Author of(String value) {
    int colon = value.indexOf(':');
    for (Kind kind : Kind.values()) {
      if (colon > 0 && value.substring(0, colon).equals(kind.word())) {
        return new Author(kind, value.substring(colon + 1));
      }
    }
    throw new IllegalArgumentException("not an author: " + value);
  }

  /** Who sends codes that only the customer may read. */
  public static final Author PROOF = new Author(Kind.GATEWAY, "proof");

  public boolean isCustomer() {
    return kind == Kind.CUSTOMER;
  }

  @Override
  public String toString() {
    return kind.word() + ":" + id;
  }
}
