package dev.hilo.channel.email;

import dev.hilo.channel.MapMemory;
import dev.hilo.config.ConfigNode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** One mailbox with all that reads its mails; what it keeps is in memory. */
final class MailHouse {
  static final String ADDRESS = "help@shop.example";

  final MemoryBlobs blobs;
  final MapMemory memory;
  final EmailSettings settings;
  final EmailSettings.Account account;
  final MessageIds ids = new MessageIds(List.of("secret"), "shop.example");
  final MailThreads threads;
  final MailTranslator translator;
  final Arrivals arrivals;

  /** Its mailbox is nowhere. */
  MailHouse() {
    this("imap: {host: 127.0.0.1, port: 1, security: none, user: help, password: secret}", "40MB");
  }

  /**
   * @param reading where the account is read, as in the configuration, on one line
   * @param mail the largest mail
   */
  MailHouse(String reading, String mail) {
    this(reading, mail, new MemoryBlobs(), new MapMemory());
  }

  /** As it starts again: what it kept is there. */
  MailHouse(String reading, String mail, MemoryBlobs blobs, MapMemory memory) {
    this.blobs = blobs;
    this.memory = memory;
    threads = new MailThreads("main", List.of("secret"), memory);
    settings = settings(reading, mail);
    account = settings.accounts().getFirst();
    translator = new MailTranslator(account, Set.of(ADDRESS), ids, threads, blobs, memory);
    arrivals = new Arrivals(account, translator, blobs, memory);
  }

  private static EmailSettings settings(String reading, String mail) {
    return ConfigNode.parse(
            """
            accounts:
              - id: %s
                name: Alma Cafe
                %s
                smtp: {host: 127.0.0.1, port: 1, security: none}
                trusted-authserv-id: mx.shop.example
            message-id-key: secret
            limits: {mail: %s}
            """
                .formatted(ADDRESS, reading, mail))
        .bind(EmailSettings.class);
  }

  FolderSource folder(String name) {
    return new FolderSource(
        account, name, settings.limits(), arrivals, new Semaphore(131_072), null);
  }

  PopSource pop() {
    return new PopSource(account, settings.limits(), arrivals, new Semaphore(131_072), null);
  }
}
