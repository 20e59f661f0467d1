package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import dev.hilo.channel.email.MailDoor.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a listener does with a whole mail: its sender is checked, its way is written on top, each
 * mailbox takes it. For virtual threads.
 */
final class Delivery {
  private static final Logger log = LoggerFactory.getLogger(Delivery.class);
  private static final int MAX_HOPS = 50;
  private static final String LATER = "451 4.3.0 it cannot be kept now; try again later";

  /** A mailbox with its way in. */
  record Mailbox(EmailSettings.Account account, Arrivals arrivals) {}

  private final String name;
  private final boolean lmtp;
  private final Map<String, Mailbox> mailboxes = new LinkedHashMap<>();
  private final SenderCheck senders;

  /**
   * @param name by which we sign
   */
  Delivery(String name, boolean lmtp, List<Mailbox> mailboxes, SenderCheck senders) {
    this.name = name;
    this.lmtp = lmtp;
    this.senders = senders;
    mailboxes.forEach(m -> this.mailboxes.put(m.account().id(), m));
  }

  /**
   * Returns when the mail is safe or refused.
   *
   * @param trusted the client is a server of ours, which checked the sender
   * @return the replies: of SMTP one, of LMTP one for each receiver
   */
  List<String> take(Source.Intake intake, HandedMail mail, InetAddress client, boolean trusted)
      throws InterruptedException {
    byte[] raw = Arrays.copyOf(mail.bytes(), mail.size());
    var headers = Headers.read(raw);
    if (headers.all("received").size() > MAX_HOPS) {
      return replies(
          mail, Map.of(), "554 5.4.6 it went through more than " + MAX_HOPS + " servers");
    }
    var receivers = new LinkedHashMap<String, List<String>>();
    for (Way.Ours each : mail.receivers()) {
      List<String> of = receivers.computeIfAbsent(each.account(), _ -> new ArrayList<>());
      if (!of.contains(each.address())) {
        of.add(each.address());
      }
    }
    String content = ContentKey.of(headers, raw);
    var replies = new LinkedHashMap<String, String>();
    SenderCheck.Verdict verdict = null;
    for (var each : receivers.entrySet()) {
      String key = each.getKey() + "|" + content;
      try {
        if (intake.known(key)) {
          replies.put(each.getKey(), taken(content));
          continue;
        }
        if (!trusted && verdict == null) {
          verdict = senders.check(client, mail.helo(), mail.from(), raw, headers);
        }
        String outcome =
            take(intake, mail, client, headers, content, each.getKey(), each.getValue(), verdict);
        if (!outcome.startsWith("parked: ")) {
          intake.account(key, outcome);
        }
        replies.put(each.getKey(), taken(content));
      } catch (IOException | RuntimeException e) {
        log.warn(
            "a mail for {} could not be kept: {}", MailAddress.veiled(each.getKey()), e.toString());
        replies.put(each.getKey(), LATER);
      }
    }
    return replies(mail, replies, replies.containsValue(LATER) ? LATER : taken(content));
  }

  private String take(
      Source.Intake intake,
      HandedMail mail,
      InetAddress client,
      Headers headers,
      String content,
      String account,
      List<String> receivers,
      SenderCheck.@Nullable Verdict verdict)
      throws InterruptedException, IOException {
    Mailbox mailbox = mailboxes.get(account);
    if (mailbox == null) {
      throw new IllegalStateException("no mailbox " + MailAddress.veiled(account));
    }
    Instant now = Instant.now();
    byte[] stamped =
        TraceFields.stamped(
            mail,
            name,
            TraceFields.protocol(lmtp, mail),
            client.getHostAddress(),
            id(content),
            now,
            receivers,
            verdict == null ? null : verdict.results());
    Authenticity level =
        verdict == null
            ? Authenticity.of(
                headers, mailbox.account().trustedAuthservId(), mailbox.account().trustedSealers())
            : verdict.level();
    var envelope = new Arrivals.Envelope(mail.from(), receivers, level);
    var arrival = new Arrivals.Arrival(stamped, now, null, false, false, false, envelope);
    return mailbox.arrivals().take(intake, account + "|" + content, arrival);
  }

  private List<String> replies(HandedMail mail, Map<String, String> byAccount, String otherwise) {
    return lmtp
        ? mail.receivers().stream()
            .map(r -> byAccount.getOrDefault(r.account(), otherwise))
            .toList()
        : List.of(otherwise);
  }

  private static String taken(String content) {
    return "250 2.0.0 taken as " + id(content);
  }

  private static String id(String content) {
    return content.substring(0, 16);
  }
}
