package dev.hilo.access;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import org.jspecify.annotations.Nullable;

/** Who acts. */
public sealed interface Principal {
  String workspace();

  /** As entries name it. */
  Author author();

  /**
   * Somebody of the company.
   *
   * @param seat where this one sits
   */
  record Agent(String workspace, String id, String name, Seat seat) implements Principal {
    @Override
    public Author author() {
      return new Author(Author.Kind.AGENT, id);
    }
  }

  /**
   * Where somebody acts from.
   *
   * @param address of the network; empty if unknown
   * @param session the sign-in, or null for a program
   */
  record Seat(String address, @Nullable String session) {
    public static final Seat UNKNOWN = new Seat("", null);
  }

  /**
   * A customer's device. {@code home}: the customer it speaks as; {@code inbox}: the website inbox
   * it came by.
   */
  record Visitor(CustomerId home, String device, String inbox) implements Principal {
    @Override
    public String workspace() {
      return home.workspace();
    }

    @Override
    public Author author() {
      return Author.customer(home);
    }
  }

  /** A program with an API key. {@code id}: of the key. */
  record Integration(String workspace, String id, boolean bot, Seat seat) implements Principal {
    @Override
    public Author author() {
      return new Author(bot ? Author.Kind.BOT : Author.Kind.INTEGRATION, id);
    }
  }
}
