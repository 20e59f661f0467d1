package dev.hilo.channel.email;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Source;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The mailboxes of one configured block. */
final class EmailChannel implements Channel {
  /** Kilobytes of mails that are in memory at a time, over all mailboxes. */
  private static final int MEMORY = 128 * 1024;

  private static final long MAX_FILE = 25 << 20;

  private final Capabilities capabilities;
  private final List<Account> accounts;
  private final List<Source> sources;
  private final Map<String, SmtpSender> senders = new HashMap<>();

  EmailChannel(EmailSettings settings, Ports ports) {
    Set<String> own =
        settings.accounts().stream()
            .flatMap(a -> Stream.concat(Stream.of(a.id()), a.aliases().stream()))
            .map(a -> Objects.requireNonNull(MailAddress.normalised(a)))
            .collect(Collectors.toUnmodifiableSet());
    var memory = new Semaphore(MEMORY, true);
    var read = new ArrayList<Source>();
    var mailboxes = new ArrayList<Delivery.Mailbox>();
    for (EmailSettings.Account account : settings.accounts()) {
      List<String> secrets = secrets(settings, account);
      var ids = new MessageIds(secrets, domain(account.id()));
      var threads = new MailThreads(ports.workspace(), secrets, ports.memory());
      var translator =
          new MailTranslator(account, own, ids, threads, ports.blobs(), ports.memory());
      var arrivals = new Arrivals(account, translator, ports.blobs(), ports.memory());
      mailboxes.add(new Delivery.Mailbox(account, arrivals));
      EmailSettings.OAuth oauth = account.oauth();
      MailTokens tokens = oauth == null ? null : new MailTokens(account.id(), oauth, ports);
      if (account.imap() != null) {
        var folders = new ArrayList<>(account.imap().folders());
        folders.addAll(account.imap().junk());
        for (String folder : folders) {
          read.add(new FolderSource(account, folder, settings.limits(), arrivals, memory, tokens));
        }
      }
      if (account.pop3() != null) {
        read.add(new PopSource(account, settings.limits(), arrivals, memory, tokens));
      }
      senders.put(
          account.id(),
          new SmtpSender(account, own, settings.limits(), ids, threads, tokens, ports));
    }
    if (settings.smtpListener() != null || settings.lmtpListener() != null) {
      read.addAll(listeners(settings, mailboxes, memory, ports));
    }
    this.accounts = settings.accounts().stream().map(a -> new Account(a.id(), a.name())).toList();
    this.sources = List.copyOf(read);
    this.capabilities =
        Capabilities.text(100_000)
            .anyMedia(Math.min(MAX_FILE, settings.limits().outgoing().bytes()))
            .with(Feature.REPLIES, Feature.QUOTES, Feature.REPEATABLE)
            .paced(
                settings.accounts().stream()
                    .mapToInt(a -> a.answers().perMinute())
                    .min()
                    .orElseThrow(),
                Duration.ofMinutes(1));
  }

  private static List<Source> listeners(
      EmailSettings settings, List<Delivery.Mailbox> mailboxes, Semaphore memory, Ports ports) {
    var senders = new SenderCheck(new SystemDns());
    var listeners = new ArrayList<Source>();
    for (boolean lmtp : new boolean[] {false, true}) {
      EmailSettings.Listen listen = lmtp ? settings.lmtpListener() : settings.smtpListener();
      if (listen != null) {
        listeners.add(
            new MailListener(
                lmtp, listen, settings.limits(), mailboxes, senders, memory, ports.vertx()));
      }
    }
    return listeners;
  }

  /** What is signed with, the newest first. */
  private static List<String> secrets(EmailSettings settings, EmailSettings.Account account) {
    return Stream.of(
            settings.messageIdKey() == null ? account.password() : settings.messageIdKey(),
            settings.oldMessageIdKey())
        .filter(Objects::nonNull)
        .map(Secret::value)
        .toList();
  }

  @Override
  public List<Account> accounts() {
    return accounts;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public List<Source> sources() {
    return sources;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    SmtpSender sender = senders.get(message.account());
    return sender == null
        ? new SendResult.Refused("no-account", "no mailbox of this channel is " + message.account())
        : sender.send(message);
  }

  @Override
  public void close() {
    senders.values().forEach(SmtpSender::close);
  }

  private static String domain(String address) {
    return new MailAddress("", Objects.requireNonNull(MailAddress.normalised(address))).domain();
  }
}
