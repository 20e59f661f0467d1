package dev.hilo.core;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.channel.Ports;
import dev.hilo.channel.Source;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.store.Facts;
import dev.hilo.store.FileLinks;
import dev.hilo.store.Ledger;
import dev.hilo.testing.TestNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.ext.web.client.WebClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A node that reads one mailbox of a mail server on this machine into a real store. */
final class MailNode implements AutoCloseable {
  final TestNode node;
  final Ledger ledger;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Source source;
  final String name;
  final Mailboxes mailboxes;
  private final Accounts.Opened opened;
  private final Accounts accounts;
  private final Sources sources;
  private final HeldSource.House house;

  /**
   * @param reading the mailbox as in the configuration
   * @param steps told the name of each call that changes what is kept, when it was done
   */
  MailNode(TestNode node, String name, String user, String reading, Consumer<String> steps) {
    this.node = node;
    this.ledger = new Ledger(node.link);
    URI url = URI.create("http://127.0.0.1");
    Ports real =
        new ChannelPorts(
                node.vertx,
                WebClient.create(node.vertx),
                node.blobs,
                new FileLinks(node.keys, url),
                new Facts(node.link, node.keys),
                url)
            .of(node.workspace);
    Ports ports =
        new Ports(
            real.vertx(),
            real.http(),
            told(Ports.Blobs.class, real.blobs(), steps),
            told(Ports.Memory.class, real.memory(), steps),
            url,
            node.workspace);
    String settings =
        """
        accounts:
          - id: %s@shop.example
            name: Alma Cafe
            %s
            smtp: {host: 127.0.0.1, port: 1, security: none}
        message-id-key: secret
        """
            .formatted(user, reading);
    Channel channel =
        Objects.requireNonNull(new ChannelTypes().find("email"))
            .open(ConfigNode.parse(settings), ports);
    this.source = channel.sources().getFirst();
    this.opened = new Accounts.Opened(node.workspace, "email", "endpoint", channel);
    this.accounts = new Accounts(List.of(opened));
    Reception reception = node.reception(accounts);
    this.mailboxes = new Mailboxes(accounts, node.workspace);
    this.name = mailboxes.name(opened, source);
    this.house = new HeldSource.House(name, node.lease, ledger, reception, node.context, meters);
    this.sources =
        new Sources(name, node.lease, ledger, accounts, reception, node.context, mailboxes, meters);
  }

  /** From now on it reads whenever it has the lease. */
  void start() {
    sources.start();
  }

  /** Reads without a lease until interrupted. */
  void read(Consumer<String> steps) throws Exception {
    Source.Intake intake = new HeldSource(opened, source, name, house);
    source.run(told(Source.Intake.class, intake, steps));
  }

  /** {@code steps} hears of each call when it was done. */
  private static <T> T told(Class<T> type, T target, Consumer<String> steps) {
    Object made =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                Object answer = method.invoke(target, arguments);
                steps.accept(method.getName());
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return type.cast(made);
  }

  /** What somebody wrote, as it stands in the thread. */
  static List<String> texts(TestNode node, String sender) {
    String via = node.keys.via(new Address("email", "", sender + "?unverified"));
    CustomerId home = node.await(() -> node.directory.find(node.workspace, via));
    return home == null
        ? List.of()
        : node.await(() -> node.streams.after(home, Position.START, 2000)).stream()
            .filter(e -> e.event() instanceof Event.MessageAdded)
            .map(e -> ((Event.MessageAdded) e.event()).content().preview(200))
            .toList();
  }

  @Override
  public void close() {
    sources.close();
    accounts.close();
  }
}
