package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a delivery status notification says (RFC 3464).
 *
 * @param failed who got nothing, or not yet
 * @param delivered somebody got it
 * @param original the Message-ID, if the report itself names it
 */
record DeliveryReport(List<MailKind.Failed> failed, boolean delivered, @Nullable String original) {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_RECIPIENTS = 200;

  /** The fields of a report part, in groups that empty lines divide. */
  static List<Headers> groups(byte[] report) {
    var groups = new ArrayList<Headers>();
    byte[] rest = report.length > MAX_BYTES ? Arrays.copyOf(report, MAX_BYTES) : report;
    for (int at = 0; at < rest.length && groups.size() < MAX_RECIPIENTS; ) {
      var group = Headers.read(rest, at, rest.length);
      at = Math.max(group.body(), at + 1);
      if (!group.fields().isEmpty()) {
        groups.add(group);
      }
    }
    return groups;
  }

  static DeliveryReport of(byte[] report) {
    var failed = new LinkedHashMap<String, MailKind.Failed>();
    boolean delivered = false;
    String original = null;
    for (Headers group : groups(report)) {
      for (String name : new String[] {"original-message-id", "x-original-message-id"}) {
        List<String> ids = MessageIds.list(group.first(name));
        original = original == null && !ids.isEmpty() ? ids.getFirst() : original;
      }
      for (Headers one : recipients(group)) {
        String action = word(one.first("action"));
        String status = one.first("status");
        boolean good = status != null && status.strip().startsWith("2");
        switch (action) {
          case "delivered", "relayed", "expanded", "deliverable" -> delivered = true;
          case "" -> {
            if (good) {
              delivered = true;
            } else if (status != null || one.has("diagnostic-code")) {
              add(failed, one, false);
            }
          }
          default -> add(failed, one, action.startsWith("delay"));
        }
      }
    }
    return new DeliveryReport(List.copyOf(failed.values()), delivered, original);
  }

  /** Some put all recipients into one group. */
  private static List<Headers> recipients(Headers group) {
    long starts = group.fields().stream().filter(f -> f.name().equals("final-recipient")).count();
    if (starts < 2) {
      return List.of(group);
    }
    var all = new ArrayList<Headers>();
    var fields = new ArrayList<Headers.Field>();
    boolean begun = false;
    for (Headers.Field field : group.fields()) {
      if (field.name().equals("final-recipient")) {
        if (begun) {
          all.add(Headers.of(fields));
          fields.clear();
        }
        begun = true;
      }
      fields.add(field);
    }
    all.add(Headers.of(fields));
    return all;
  }

  private static void add(
      LinkedHashMap<String, MailKind.Failed> failed, Headers one, boolean late) {
    String recipient = null;
    for (String name :
        new String[] {"original-recipient", "final-recipient", "x-actual-recipient"}) {
      recipient = recipient == null ? address(one.first(name)) : recipient;
    }
    String diagnostic = one.text("diagnostic-code");
    if (diagnostic.isEmpty()) {
      diagnostic = one.text("x-display-name");
    }
    String status = BounceStatus.of(one.first("status"), diagnostic, late);
    if (status == null) {
      status = late ? "4.0.0" : "5.0.0";
    }
    failed.putIfAbsent(
        recipient == null ? "?" + failed.size() : recipient,
        new MailKind.Failed(
            recipient,
            status,
            BounceStatus.hard(status, late),
            late,
            Text.head(diagnostic.replaceFirst("(?i)^(?:smtp|x-[\\w-]+)\\s*;\\s*", ""), 300)));
  }

  /** {@code rfc822;ana@example.com}, with or without the type, brackets and remarks. */
  static @Nullable String address(@Nullable String field) {
    if (field == null) {
      return null;
    }
    String text = field.substring(field.indexOf(';') + 1);
    for (String word : text.split("[\\s<>()\",;]+", 20)) {
      String address = word.indexOf('@') < 1 ? null : MailAddress.normalised(word);
      if (address != null) {
        return address;
      }
    }
    return null;
  }

  private static String word(@Nullable String value) {
    return value == null ? "" : value.strip().split("[\\s;(]", 2)[0].toLowerCase(Locale.ROOT);
  }
}
