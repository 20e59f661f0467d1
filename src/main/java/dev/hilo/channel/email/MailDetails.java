package dev.hilo.channel.email;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is shown beside a mail: who vouches for its sender, what it is, what it invites to. */
final class MailDetails {
  private MailDetails() {}

  /**
   * @param muted why nobody is called because of it, or null
   * @param another whether it is of somebody else than the customer
   */
  static Map<String, String> of(Reading reading, @Nullable String muted, boolean another) {
    Headers headers = reading.headers();
    MailAddress sender = reading.sender();
    var details = new LinkedHashMap<String, String>();
    details.put(
        "meta.sender",
        switch (reading.level()) {
          case VERIFIED -> "verified";
          case UNVERIFIED -> "unverified";
          case FAILED -> "failed";
        });
    if (muted != null) {
      details.put("mail.kind", muted);
    }
    if (another && sender != null) {
      details.put("meta.from", sender.address());
    }
    String replyTo = headers.first("reply-to");
    if (replyTo != null) {
      for (MailAddress other : MailAddress.parse(replyTo).mailboxes()) {
        if (sender == null || !other.address().equals(sender.address())) {
          details.put("meta.reply-to", other.address());
          break;
        }
      }
    }
    Mail mail = reading.mail();
    if (mail != null && mail.kind() instanceof MailKind.Bounce bounce && bounce.status() != null) {
      details.put("bounce.status", Text.head(bounce.status(), 20));
    }
    if (mail != null && mail.invite() != null) {
      invite(mail.invite(), details);
    }
    String priority = headers.text("x-priority") + " " + headers.text("importance");
    if (priority.startsWith("1") || priority.startsWith("2") || priority.endsWith("igh")) {
      details.put("priority", "high");
    }
    return Map.copyOf(details);
  }

  private static void invite(Invite invite, Map<String, String> details) {
    details.put("invite.method", invite.method().name().toLowerCase(Locale.ROOT));
    details.put("invite.summary", Text.head(invite.summary(), 150));
    if (invite.start() != null) {
      details.put("invite.start", shown(invite.start()));
    }
    if (invite.end() != null) {
      details.put("invite.end", shown(invite.end()));
    }
    if (invite.location() != null) {
      details.put("invite.place", Text.head(invite.location(), 100));
    }
    if (invite.organizer() != null) {
      details.put("invite.organizer", invite.organizer().address());
    }
    if (invite.method() == Invite.Method.REPLY && !invite.attendees().isEmpty()) {
      details.put("invite.status", invite.attendees().getFirst().status().toLowerCase(Locale.ROOT));
    } else if (invite.status() != null) {
      details.put("invite.status", invite.status().toLowerCase(Locale.ROOT));
    }
  }

  private static String shown(Invite.When when) {
    return when.day() ? when.local().toLocalDate().toString() : when.instant().toString();
  }
}
