package dev.hilo.access;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;

/** Who acts. */
public sealed interface Principal {
  String workspace();

  /** As entries name it. */
  Author author();

  record Agent(String workspace, String id, String name) implements Principal {
    @Override
    public Author author() {
      return new Author(Author.Kind.AGENT, id);
    }
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

  record Integration(String workspace, String name) implements Principal {
    @Override
    public Author author() {
      return new Author(Author.Kind.INTEGRATION, name);
    }
  }
}
