package dev.hilo.channel.email;

import dev.hilo.channel.Channel;
import dev.hilo.channel.MapMemory;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A mailbox that sends to a port, and reads with the same memory. */
final class SendingHouse implements AutoCloseable {
  static final String ID = "01JD000000000000000000000A";
  static final String MESSAGE_ID = new MessageIds(List.of("secret"), "shop.example").make(ID);

  final Vertx vertx = Vertx.vertx();
  final WebClient http = WebClient.create(vertx);
  final MapMemory memory = new MapMemory();
  final Channel channel;
  final Ports.Blobs blobs;

  /**
   * @param more of the account, one setting a line
   */
  SendingHouse(int port, String... more) {
    this(port, new MemoryBlobs(), more);
  }

  SendingHouse(int port, Ports.Blobs blobs, String... more) {
    this.blobs = blobs;
    var settings =
        ConfigNode.parse(
                """
                accounts:
                  - id: help@shop.example
                    name: 'Alma "Café" <x>'
                    imap: {host: 127.0.0.1, port: 143, security: none, user: help, password: x}
                    %s
                message-id-key: secret
                limits: {outgoing: 21MB}
                """
                    .formatted(String.join("\n    ", with(port, more))))
            .bind(EmailSettings.class);
    channel = new EmailChannelType().open(settings, ports());
  }

  private static List<String> with(int port, String... more) {
    boolean smtp = List.of(more).stream().anyMatch(m -> m.startsWith("smtp:"));
    var all = new java.util.ArrayList<String>();
    if (!smtp) {
      all.add("smtp: {host: 127.0.0.1, port: PORT, security: none, timeout: 2s}");
    }
    all.addAll(List.of(more));
    return all.stream().map(m -> m.replace("PORT", String.valueOf(port))).toList();
  }

  Ports ports() {
    return new Ports(vertx, http, blobs, memory, URI.create("http://127.0.0.1"), "main");
  }

  SendResult send(Outbound message) throws Exception {
    return onVirtualThread(() -> channel.send(message));
  }

  static <T> T onVirtualThread(Callable<T> task) throws Exception {
    var running = new FutureTask<>(task);
    Thread.ofVirtual().start(running);
    return running.get();
  }

  static Outbound message(String to, Content content) {
    return message(to, content, Map.of());
  }

  static Outbound message(String to, Content content, Map<String, String> context) {
    return message(to, content, context, null, null);
  }

  static Outbound message(
      String to,
      Content content,
      Map<String, String> context,
      Outbound.@Nullable Team team,
      Outbound.@Nullable Quote quote) {
    return new Outbound(
        ID,
        "help@shop.example",
        new Address("email", "", to),
        content,
        List.of(),
        null,
        context,
        "Mia",
        team,
        quote,
        1);
  }

  static Outbound again(Outbound m, int attempt) {
    return new Outbound(
        m.id(),
        m.account(),
        m.to(),
        m.content(),
        m.attachments(),
        m.replyTo(),
        m.context(),
        m.agentName(),
        m.team(),
        m.quoted(),
        attempt);
  }

  static Outbound with(Outbound m, Content.Media... files) {
    return new Outbound(
        m.id(),
        m.account(),
        m.to(),
        m.content(),
        List.of(files),
        m.replyTo(),
        m.context(),
        m.agentName(),
        m.team(),
        m.quoted(),
        m.attempt());
  }

  static Content.Media file(String blob, String mime, long size, String name) {
    var kind = mime.startsWith("image/") ? Content.Media.Kind.IMAGE : Content.Media.Kind.FILE;
    return new Content.Media(kind, blob, mime, size, name, null, null, null);
  }

  static Outbound.Quote quote(String author, String text, @Nullable String language) {
    return new Outbound.Quote(author, Instant.parse("2026-11-22T13:05:00Z"), text, language);
  }

  @Override
  public void close() {
    channel.close();
    vertx.close().await();
  }
}
