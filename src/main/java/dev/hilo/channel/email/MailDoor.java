package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which of our mailboxes an address is: what a listener takes mail for, and nothing else. */
final class MailDoor {
  private static final Pattern TOKEN = Pattern.compile("(?:[^+]+\\+)?([rb])\\.[a-z2-7]{31}");

  private final Map<String, String> mailboxes = new HashMap<>();
  private final Map<String, String> replies = new HashMap<>();
  private final Map<String, String> bounces = new HashMap<>();
  private final Map<String, String> postmasters = new HashMap<>();
  private final Set<String> domains = new HashSet<>();
  private final String first;

  MailDoor(List<EmailSettings.Account> accounts) {
    first = accounts.getFirst().id();
    for (EmailSettings.Account account : accounts) {
      var addresses = new ArrayList<>(account.aliases());
      addresses.addFirst(account.id());
      for (String one : addresses) {
        String address = Objects.requireNonNull(MailAddress.normalised(one));
        mailboxes.put(address, account.id());
        String domain = MailAddress.domain(address);
        domains.add(domain);
        postmasters.putIfAbsent(domain, account.id());
      }
      add(replies, account.answers().replyDomain(), account.id());
      add(bounces, account.answers().bounceDomain(), account.id());
    }
  }

  private void add(Map<String, String> map, @Nullable String domain, String account) {
    if (domain != null) {
      String address = MailAddress.normalised("any@" + domain);
      if (address != null) {
        map.putIfAbsent(MailAddress.domain(address), account);
        domains.add(MailAddress.domain(address));
        postmasters.putIfAbsent(MailAddress.domain(address), account);
      }
    }
  }

  /** Where an address leads. */
  sealed interface Way {
    /**
     * A mailbox of ours.
     *
     * @param account its id
     * @param address normalised
     */
    record Ours(String account, String address) implements Way {}

    /** A domain of ours, but nobody there. */
    record Nobody() implements Way {}

    /** Mail for others is not passed on. */
    record Elsewhere() implements Way {}
  }

  Way find(String text) {
    String plain = unquoted(text);
    if (plain.equalsIgnoreCase("postmaster")) {
      return new Way.Ours(first, "postmaster");
    }
    String address = MailAddress.normalised(plain);
    if (address == null) {
      int at = plain.lastIndexOf('@');
      String domain = at < 0 ? null : MailAddress.normalised("any" + plain.substring(at));
      return domain == null || !domains.contains(MailAddress.domain(domain))
          ? new Way.Elsewhere()
          : new Way.Nobody();
    }
    String domain = MailAddress.domain(address);
    if (!domains.contains(domain)) {
      return new Way.Elsewhere();
    }
    String local = MailAddress.local(address);
    int plus = local.indexOf('+');
    String account = mailboxes.get(address);
    if (account == null && plus > 0) {
      account = mailboxes.get(local.substring(0, plus) + "@" + domain);
    }
    if (account == null) {
      var token = TOKEN.matcher(local);
      if (token.matches()) {
        account = (token.group(1).equals("r") ? replies : bounces).get(domain);
      }
    }
    if (account == null && local.equals("postmaster")) {
      account = postmasters.get(domain);
    }
    return account == null ? new Way.Nobody() : new Way.Ours(account, address);
  }

  /** {@code "help"@shop.example} is the same as without quotes. */
  private static String unquoted(String text) {
    int at = text.lastIndexOf('@');
    return at > 2 && text.charAt(0) == '"' && text.charAt(at - 1) == '"'
        ? text.substring(1, at - 1).replaceAll("\\\\(.)", "$1") + text.substring(at)
        : text;
  }
}
