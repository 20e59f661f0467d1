package dev.hilo.channel.email;

import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Source;
import dev.hilo.config.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/** The mailboxes of one configured block. */
final class EmailChannel implements Channel {
  /** Kilobytes of mails that are in memory at a time, over all mailboxes. */
  private static final int MEMORY = 128 * 1024;

  private final List<Account> accounts;
  private final List<Source> sources;
  private final Map<String, SmtpSender> senders = new HashMap<>();

  EmailChannel(EmailSettings settings, Ports ports) {
    Set<String> own =
        settings.accounts().stream()
            .map(a -> Objects.requireNonNull(MailAddress.normalised(a.id())))
            .collect(Collectors.toUnmodifiableSet());
    var memory = new Semaphore(MEMORY, true);
    var folders = new ArrayList<Source>();
    for (EmailSettings.Account account : settings.accounts()) {
      Secret key = settings.messageIdKey();
      var ids =
          new MessageIds(
              (key == null ? account.imap().password() : key).value(), domain(account.id()));
      var translator = new MailTranslator(account, own, ids, ports.blobs());
      for (String folder : account.imap().folders()) {
        folders.add(new FolderSource(account, folder, settings.limits(), translator, memory));
      }
      senders.put(account.id(), new SmtpSender(account, settings.limits(), ids, ports));
    }
    this.accounts = settings.accounts().stream().map(a -> new Account(a.id(), a.name())).toList();
    this.sources = List.copyOf(folders);
  }

  @Override
  public List<Account> accounts() {
    return accounts;
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(100_000).anyMedia(25 << 20).with(Feature.REPLIES, Feature.REPEATABLE);
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
