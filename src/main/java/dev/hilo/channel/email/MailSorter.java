package dev.hilo.channel.email;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells the {@link MailKind}: by reports for machines, then by words, then by the header. */
final class MailSorter {
  private static final int MAX_LEAVES = 50;
  private static final int MAX_HEADER = 64 * 1024;

  /** A delivery report that came as text. */
  private static final Pattern REPORT =
      Pattern.compile(
          "^(?:(?:original|final)-recipient\\s{0,3}:.{3,300}\\n"
              + "(?:[\\w-]{2,60}\\s{0,3}:.{0,900}\\n"
              + "|[ \\t].{0,900}\\n"
              + "){0,12}?)?"
              + "(?:action\\s{0,3}:\\s{0,3}(?:failed|delay\\w*|delivered|relayed|expanded)|status\\s{0,3}:\\s{0,3}[245]\\.\\d\\.\\d)",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private static final Pattern COMPLAINT =
      Pattern.compile("^feedback-type\\s{0,3}:", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final Headers headers;
  private final List<MailAddress> from;
  private final List<MimeTree.Leaf> leaves = new ArrayList<>();

  private MailSorter(Headers headers) {
    this.headers = headers;
    String field = headers.first("from");
    this.from = MailAddress.parse(field == null ? "" : field).mailboxes();
  }

  /** What the header alone tells; for mails that cannot be read. */
  static MailKind of(Headers headers) {
    return AutomaticMail.of(headers, new MailSorter(headers).from);
  }

  /**
   * @param text the whole text of the mail, nothing cut
   */
  static MailKind of(Headers headers, MimeTree.Part root, String text) {
    var sorter = new MailSorter(headers);
    sorter.collect(root);
    return sorter.sort(text.isBlank() ? sorter.hidden() : text);
  }

  private void collect(MimeTree.Part part) {
    if (leaves.size() < MAX_LEAVES) {
      switch (part) {
        case MimeTree.Leaf leaf -> leaves.add(leaf);
        case MimeTree.Multi multi -> multi.parts().forEach(this::collect);
      }
    }
  }

  /** The text of daemons is sometimes a file, or that of an enclosed mail. */
  private String hidden() {
    if (!BounceText.possible(headers, from)) {
      return "";
    }
    var text = new StringBuilder();
    for (MimeTree.Leaf leaf : leaves) {
      if (leaf.mime().equals("text/plain") || (enclosed(leaf) && text.isEmpty())) {
        text.append(head(leaf));
      }
    }
    return text.toString();
  }

  private MailKind sort(String text) {
    var complaint = complaint();
    if (complaint != null) {
      return complaint;
    }
    for (MimeTree.Leaf leaf : leaves) {
      if (leaf.mime().endsWith("/disposition-notification")) {
        return receipt(DeliveryReport.groups(leaf.bytes()));
      }
    }
    var report = report(text);
    if (report != null && !report.failed().isEmpty()) {
      String original = original();
      return new MailKind.Bounce(
          report.failed(), original != null ? original : orAnswered(report.original(), text));
    }
    if (report != null && report.delivered()) {
      return new MailKind.Automatic("delivery report");
    }
    var bounce = bounce(text);
    return bounce != null ? bounce : AutomaticMail.of(headers, from);
  }

  private @Nullable DeliveryReport report(String text) {
    boolean delivered = false;
    for (MimeTree.Leaf leaf : leaves) {
      if (leaf.mime().endsWith("delivery-status")) {
        var report = DeliveryReport.of(leaf.bytes());
        if (!report.failed().isEmpty()) {
          return report;
        }
        delivered |= report.delivered();
      }
    }
    if (delivered) {
      return new DeliveryReport(List.of(), true, null);
    }
    var matcher = REPORT.matcher(Text.head(text, MAX_HEADER));
    if (!BounceText.possible(headers, from) || !matcher.find()) {
      return null;
    }
    var report =
        DeliveryReport.of(
            text.substring(matcher.start(), Math.min(text.length(), MAX_HEADER))
                .getBytes(StandardCharsets.UTF_8));
    return report.failed().isEmpty() && !report.delivered() ? null : report;
  }

  private @Nullable MailKind bounce(String text) {
    var named = new LinkedHashSet<String>();
    for (String field : headers.all("x-failed-recipients")) {
      MailAddress.parse(field).mailboxes().forEach(a -> named.add(a.address()));
    }
    if (named.isEmpty() && !BounceText.possible(headers, from)) {
      return null;
    }
    var words = BounceText.of(text);
    boolean encloses = leaves.stream().anyMatch(MailSorter::enclosed);
    if (named.isEmpty() && !words.tells(headers, from, encloses)) {
      return null;
    }
    if (named.isEmpty() && words.succeeded(headers.text("subject"))) {
      return new MailKind.Automatic("delivery report");
    }
    String original = original();
    return new MailKind.Bounce(
        words.failed(headers.text("subject"), List.copyOf(named), others()),
        original != null ? original : orAnswered(words.original(), text));
  }

  /** Addresses that are not those of recipients. */
  private Set<String> others() {
    var others = new HashSet<String>();
    from.forEach(a -> others.add(a.address()));
    for (String name : new String[] {"to", "delivered-to", "x-original-to"}) {
      String field = headers.first(name);
      MailAddress.parse(field == null ? "" : field)
          .mailboxes()
          .forEach(a -> others.add(a.address()));
    }
    return others;
  }

  private MailKind.@Nullable Feedback complaint() {
    for (MimeTree.Leaf leaf : leaves) {
      boolean declared = leaf.mime().equals("message/feedback-report");
      String plain = declared ? "" : plain(leaf);
      var complaint = COMPLAINT.matcher(plain);
      if (declared || (multipart() && complaint.find())) {
        byte[] bytes =
            declared
                ? leaf.bytes()
                : plain.substring(complaint.start()).getBytes(StandardCharsets.UTF_8);
        for (Headers group : DeliveryReport.groups(bytes)) {
          String type = AutomaticMail.firstWord(group.first("feedback-type"));
          if (!type.isEmpty()) {
            return new MailKind.Feedback(Text.head(type, 40), original(), recipient(group));
          }
        }
        if (declared) {
          return new MailKind.Feedback("other", original(), null);
        }
      }
    }
    boolean junkReport =
        from.stream().anyMatch(a -> a.address().equals("staff@hotmail.com"))
            && headers
                .text("subject")
                .toLowerCase(Locale.ROOT)
                .startsWith("complaint about message");
    return junkReport
        ? new MailKind.Feedback(
            "abuse",
            original(),
            DeliveryReport.address(enclosedHeaders().first("x-hmxmroriginalrecipient")))
        : null;
  }

  private boolean multipart() {
    return leaves.size() > 1;
  }

  private static String plain(MimeTree.Leaf leaf) {
    return leaf.mime().equals("text/plain") || leaf.mime().equals("message/report")
        ? head(leaf)
        : "";
  }

  private static String head(MimeTree.Leaf leaf) {
    int length = Math.min(leaf.bytes().length, MAX_HEADER);
    return new String(leaf.bytes(), 0, length, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
  }

  private @Nullable String recipient(Headers group) {
    String named = DeliveryReport.address(group.first("original-rcpt-to"));
    if (named == null) {
      named = DeliveryReport.address(group.first("removal-recipient"));
    }
    return named != null ? named : DeliveryReport.address(enclosedHeaders().first("to"));
  }

  private MailKind receipt(List<Headers> groups) {
    String disposition = "";
    String original = null;
    for (Headers group : groups) {
      String value = group.first("disposition");
      if (value != null && disposition.isEmpty()) {
        disposition =
            AutomaticMail.firstWord(value.substring(value.indexOf(';') + 1).split("/", 2)[0]);
      }
      List<String> ids = MessageIds.list(group.first("original-message-id"));
      original = ids.isEmpty() ? original : ids.getFirst();
    }
    return new MailKind.ReadReceipt(
        disposition.isEmpty() ? "displayed" : Text.head(disposition, 40),
        original != null ? original : orAnswered(original(), ""));
  }

  private static boolean enclosed(MimeTree.Leaf leaf) {
    return leaf.mime().equals("message/rfc822")
        || leaf.mime().equals("message/global")
        || leaf.mime().endsWith("rfc822-headers")
        || leaf.mime().equals("message/global-headers")
        || leaf.mime().equals("message/partial");
  }

  private Headers enclosedHeaders() {
    for (MimeTree.Leaf leaf : leaves) {
      if (enclosed(leaf)) {
        byte[] bytes = leaf.bytes();
        return Headers.read(bytes.length > MAX_HEADER ? Arrays.copyOf(bytes, MAX_HEADER) : bytes);
      }
    }
    return Headers.of(List.of());
  }

  /** The Message-ID of the enclosed mail. */
  private @Nullable String original() {
    List<String> ids = MessageIds.list(enclosedHeaders().first("message-id"));
    return ids.isEmpty() ? null : ids.getFirst();
  }

  /** Some answer the mail that they return, or print it. */
  private @Nullable String orAnswered(@Nullable String named, String text) {
    if (named != null) {
      return named;
    }
    String printed = text.isEmpty() ? null : BounceText.of(text).original();
    if (printed != null) {
      return printed;
    }
    List<String> answered = MessageIds.list(headers.first("in-reply-to"));
    if (!answered.isEmpty()) {
      return answered.getFirst();
    }
    List<String> references = MessageIds.list(headers.first("references"));
    return references.isEmpty() ? null : references.getLast();
  }
}
