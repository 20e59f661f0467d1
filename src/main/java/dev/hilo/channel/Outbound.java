package dev.hilo.channel;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message to send.
 *
 * @param id our message id; the same on every attempt
 * @param replyTo the platform's id of the message it answers
 * @param context what the channel gave with the newest message from this address; empty if it never
 *     wrote
 * @param agentName the public name of who writes
 * @param team for which it is written, as far as that can be told
 * @param quoted what it answers, the same on every attempt; null without {@link
 *     Capabilities.Feature#QUOTES}
 * @param attempt 1, 2, …; greater than 1 only after {@link SendResult.Retry}, or after an unknown
 *     outcome on a channel whose sends are repeatable
 */
public record Outbound(
    String id,
    String account,
    Address to,
    Content content,
    List<Content.Media> attachments,
    @Nullable String replyTo,
    Map<String, String> context,
    @Nullable String agentName,
    @Nullable Team team,
    @Nullable Quote quoted,
    int attempt) {

  public record Team(String id, String name) {}

  /**
   * Something that the customer said.
   *
   * @param author a name, or an address where there is none
   * @param language of the customer, such as {@code es} or {@code pt-BR}
   */
  public record Quote(String author, Instant at, String text, @Nullable String language) {}
}
