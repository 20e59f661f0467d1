package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.peer.Dovecot;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.Gateway;
import dev.hilo.load.peer.Inbox;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Mailboxes at a real dovecot: how fast a full one is taken in beside a client that fetches its
 * mails and does nothing else; how long after the server's own word a mail stands on the dashboard;
 * what many idle mailboxes cost.
 */
public final class Mail {
  private static final String TAKEN = "hilo_source_items_total";
  private static final String INGESTED = "outcome=\"ingested\"";

  private Mail() {}

  public static void run(Options options) throws Exception {
    int mailboxes = options.count("mailboxes", 100, 20);
    int mails = options.count("mails", 3000, 300);
    int lone = options.count("lone", 60, 10);
    Report report = new Report("mail", options);
    try (Dovecot dovecot = Dovecot.start();
        Dovecot.Relay relay = dovecot.relay()) {
      for (int i = 0; i < mails; i++) {
        dovecot.put("u0", mail("person" + i % 500, "backlog " + i));
      }
      double fetched = mails / dovecot.fetchAll("u0", mails);
      try (Gateway hilo =
          Gateway.spawn("mail", null, 0, Flags.PRODUCTION, config(dovecot.port(), relay.port(), mailboxes))) {
        hilo.server().onBothCores(true);
        hilo.up();
        hilo.signIn();
        taken(hilo, mails); // what it does cold
        while (hilo.metric("hilo_source_connected", "") < mailboxes) {
          Waiting.sleep(0.2);
        }
        hilo.server().onBothCores(false);
        for (int i = 0; i < mails; i++) {
          dovecot.put("u" + (2 + i % 4), mail("person" + i % 500, "again " + i));
        }
        double before = hilo.server().proc().cpuMicros();
        double already = hilo.metric(TAKEN, INGESTED);
        long start = System.nanoTime();
        taken(hilo, 2 * mails);
        double seconds = (System.nanoTime() - start) / 1e9;
        double rest = 2 * mails - already;
        double cpu = (hilo.server().proc().cpuMicros() - before) / rest;
        double rate = rest / seconds;
        report
            .put("fetch.mailsPerSecond", fetched)
            .put("taken.mailsPerSecond", rate)
            .put("takenOverFetch", rate / fetched)
            .put("taken.cpuMicros", cpu);
        Report.line(
            "fetched %s mails/s; taken in %s mails/s, CPU per mail %s us (Redis included)",
            Report.text(fetched), Report.text(rate), Report.text(cpu));
        Waiting.sleep(options.number("quiet", 10, 2));
        before = hilo.server().proc().cpuMicros();
        Waiting.sleep(10);
        double idle = (hilo.server().proc().cpuMicros() - before) / 10 / 1e4;
        hilo.server().collect();
        double mb = hilo.server().proc().rssKb() / 1024;
        report.put("idle.mailboxes", mailboxes).put("idle.cpuPercent", idle).put("idle.mb", mb);
        Report.line(
            "%d mailboxes in IDLE: %s %% of a core, %s MB with Redis",
            mailboxes, Report.text(idle), Report.text(mb));
        delay(dovecot, relay, hilo, lone, report);
      }
    }
    report.end();
  }

  private static void taken(Gateway hilo, int mails) throws Exception {
    while (hilo.metric(TAKEN, INGESTED) < mails) {
      Waiting.sleep(0.1);
    }
  }

  /** From the server's EXISTS to the gateway to the row on a dashboard. */
  private static void delay(
      Dovecot dovecot, Dovecot.Relay relay, Gateway hilo, int lone, Report report)
      throws Exception {
    List<Double> behind = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    try (Inbox inbox = Inbox.watch(hilo)) {
      for (int i = 0; i < lone; i++) {
        String text = "lone mail " + i + " of this run";
        relay.forget();
        long put = System.nanoTime();
        dovecot.put("u1", mail("lone" + i, text));
        long told = relay.told();
        long shown = inbox.shown(text);
        behind.add((shown - told) / 1e6);
        whole.add((shown - put) / 1e6);
        Waiting.sleep(0.3);
      }
    }
    List<Double> sorted = behind.stream().sorted().toList();
    double p99 = sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(sorted.size() * 0.99) - 1));
    report
        .put("delay.behindServerMs", Report.median(behind))
        .put("delay.behindServerMsP99", p99)
        .put("delay.wholeMs", Report.median(whole));
    Report.line(
        "on the dashboard %s ms after the server told the gateway (p99 %s), %s ms after delivery",
        Report.text(Report.median(behind)), Report.text(p99), Report.text(Report.median(whole)));
  }

  private static String mail(String who, String text) {
    return """
    From: %1$s <%1$s@customers.example>
    To: help@shop.example
    Subject: Where is my parcel?
    Message-ID: <%3$s@customers.example>
    Date: Fri, 20 Nov 2026 10:00:00 +0000
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="b"

    --b
    Content-Type: text/plain; charset=utf-8

    %2$s

    On Thu, 19 Nov 2026 at 09:00, Shop <help@shop.example> wrote:
    > It is on its way to you and should be there on Friday.
    --b
    Content-Type: text/html; charset=utf-8

    <div dir="ltr">%2$s</div><br><div class="gmail_quote"><div class="gmail_attr">On Thu, 19 Nov
    2026 at 09:00, Shop wrote:</div><blockquote class="gmail_quote">It is on its way to you and
    should be there on Friday.</blockquote></div>
    --b--
    """
        .formatted(who, text, text.replace(' ', '.'))
        .replace("\n", "\r\n");
  }

  /** The mailbox {@code u1} is read through the relay. */
  private static Path config(int port, int relay, int mailboxes) throws IOException {
    var text = new StringBuilder(Files.readString(Gateway.config()));
    text.append("  - type: email\n    message-id-key: load-load-load-load\n");
    text.append("    accounts:\n");
    for (int i = 0; i < mailboxes; i++) {
      text.append(
          """
                - id: u%1$d@shop.example
                  name: Box %1$d
                  imap: {host: 127.0.0.1, port: %2$d, security: none, user: u%1$d, password: secret, first-connect: all}
                  smtp: {host: 127.0.0.1, port: 1, security: none}
          """
              .formatted(i, i == 1 ? relay : port));
    }
    return Files.writeString(Server.folder("mail-config").resolve("node.yaml"), text);
  }
}
