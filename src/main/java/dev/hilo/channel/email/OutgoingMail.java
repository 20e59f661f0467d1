package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * Builds the mail for a message: an answer in its thread, or the first of a new one. What goes into
 * a field is one line.
 */
final class OutgoingMail {
  private static final int MAX_COPIES = 50;
  private static final int MAX_HTML = 2 * 1024 * 1024;
  private static final int MAX_LOCAL = 64;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss '+0000'", Locale.US);

  private final EmailSettings.Account account;
  private final Set<String> own;
  private final long maxFiles;
  private final MessageIds ids;
  private final Ports.Blobs blobs;
  private final @Nullable String unsubscribe;

  /**
   * @param own the normalised addresses of all our mailboxes
   */
  OutgoingMail(
      EmailSettings.Account account,
      Set<String> own,
      EmailSettings.Limits limits,
      MessageIds ids,
      Ports.Blobs blobs) {
    this.account = account;
    this.own = own;
    this.maxFiles = limits.outgoing().bytes();
    this.ids = ids;
    this.blobs = blobs;
    this.unsubscribe = account.answers().unsubscribe();
    if (unsubscribe != null && !unsubscribe.matches("(https://|mailto:)[!-;=?-~]{1,500}")) {
      throw new IllegalArgumentException(
          "answers.unsubscribe of " + account.id() + ": an address with https: or mailto:");
    }
  }

  /** The message can not be said by mail. */
  static final class Unsendable extends Exception {
    private static final long serialVersionUID = 1;
    private final String code;

    Unsendable(String code, String why) {
      super(why);
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  /**
   * What a mail server is told.
   *
   * @param from where it comes back to
   */
  record Posting(String from, String to, List<String> copies, Letter letter) {
    /** True for an address of the envelope, which an answer of the server may repeat. */
    boolean names(String address) {
      return Stream.concat(Stream.of(from, to), copies.stream())
          .anyMatch(address::equalsIgnoreCase);
    }

    /** Addresses beyond ASCII, which not every server takes (RFC 6531). */
    boolean international() {
      return !to.chars().allMatch(c -> c < 128)
          || copies.stream().anyMatch(a -> !a.chars().allMatch(c -> c < 128));
    }
  }

  /**
   * What names the thread and the mail where they come back.
   *
   * @param messageId without angle brackets
   */
  record Names(String messageId, String reply, String bounce) {}

  /** Throws {@link Unsendable} where no mail can go. */
  String receiver(Outbound message) throws Unsendable {
    return address(message.to().id());
  }

  /**
   * @throws Unsendable if it never can be sent
   * @throws IOException if its HTML cannot be read now
   */
  Posting build(Outbound message, Occasion occasion, Names names) throws Unsendable, IOException {
    String to = receiver(message);
    List<String> copies = copies(message.content(), to);
    var thread = ThreadContext.of(occasion.context());
    String replyTo = MessageIds.usable(occasion.replyTo());
    String parent = replyTo != null ? replyTo : thread.messageId();
    boolean answer = parent != null || occasion.context().containsKey("subject");
    String domain = MailAddress.domain(account.id());

    var fields = new ArrayList<Letter.Field>();
    fields.add(new Letter.Field("From", named(account.id())));
    fields.add(new Letter.Field("To", to));
    if (!copies.isEmpty()) {
      fields.add(new Letter.Field("Cc", String.join(",\r\n ", copies)));
    }
    String back = replyAddress(names.reply());
    if (back != null) {
      fields.add(new Letter.Field("Reply-To", named(back)));
    }
    fields.add(
        new Letter.Field(
            "Subject", folded(9, subject(message.content(), answer, thread.subject()))));
    fields.add(new Letter.Field("Date", DATE.format(occasion.at().atOffset(ZoneOffset.UTC))));
    fields.add(new Letter.Field("Message-ID", "<" + names.messageId() + ">"));
    if (parent != null) {
      fields.add(new Letter.Field("In-Reply-To", "<" + parent + ">"));
    }
    fields.add(
        new Letter.Field(
            "References",
            thread.answerReferences(parent, MailThreads.anchor(names.reply(), domain))));
    if (unsubscribe != null) {
      fields.add(new Letter.Field("List-Unsubscribe", "<" + unsubscribe + ">"));
      if (unsubscribe.startsWith("https:")) {
        fields.add(new Letter.Field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
      }
    }
    fields.add(new Letter.Field(MessageIds.HOP, ids.hop(occasion.hops() + 1)));
    return posting(message, occasion, names, new Receivers(to, copies), fields);
  }

  private record Receivers(String to, List<String> copies) {}

  private Posting posting(
      Outbound message,
      Occasion occasion,
      Names names,
      Receivers receivers,
      List<Letter.Field> fields)
      throws Unsendable, IOException {
    List<Letter.Part> parts = files(message, names.messageId());
    var shown = new HashMap<String, Letter.Part>();
    String html = html(message.content(), parts, shown);
    Outbound.Quote quote = account.answers().quote() ? message.quoted() : null;
    var body =
        AnswerBody.of(
            text(message.content()),
            html,
            signature(occasion.team()),
            quote,
            MailThreads.mark(names.reply(), MailAddress.domain(account.id())));
    var letter =
        new Letter(
            List.copyOf(fields),
            names.bounce(),
            body.text(),
            body.html(),
            parts.stream().filter(p -> shown.containsKey(p.id())).toList(),
            parts.stream()
                .filter(p -> !shown.containsKey(p.id()))
                .map(p -> new Letter.Part(p.media(), p.name(), p.mime(), null))
                .toList());
    return new Posting(bounceAddress(names.bounce()), receivers.to, receivers.copies, letter);
  }

  /** With the public name beside it. */
  private String named(String address) {
    try {
      String name = Text.line(account.name().replaceAll("[<>()\"\\\\,;:@]", " "));
      return new InternetAddress(address, name, "UTF-8").toString();
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java runtime has UTF-8", e);
    }
  }

  private static String folded(int used, String value) {
    try {
      return MimeUtility.fold(used, MimeUtility.encodeText(value, "UTF-8", null));
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java runtime has UTF-8", e);
    }
  }

  /** Where answers come with the token of their thread, or null. */
  private @Nullable String replyAddress(String token) {
    var answers = account.answers();
    String domain = answers.replyDomain();
    if (domain != null) {
      return MailThreads.local(null, token) + "@" + domain;
    }
    String local = MailThreads.local(MailAddress.local(account.id()), token);
    return answers.plusAddresses() && local.length() <= MAX_LOCAL
        ? local + "@" + MailAddress.domain(account.id())
        : null;
  }

  private String bounceAddress(String token) {
    var answers = account.answers();
    String domain = answers.bounceDomain();
    if (domain != null) {
      return MailThreads.bounceLocal(null, token) + "@" + domain;
    }
    String local = MailThreads.bounceLocal(MailAddress.local(account.id()), token);
    return answers.plusAddresses() && local.length() <= MAX_LOCAL
        ? local + "@" + MailAddress.domain(account.id())
        : account.id();
  }

  private static String address(String id) throws Unsendable {
    String address = MailAddress.normalised(MailTranslator.plain(id));
    if (address == null
        || !address.matches("[^\\s\\p{Cntrl}@\"(),:;<>\\[\\]\\\\]{1,64}@[A-Za-z0-9.-]{1,255}")) {
      throw new Unsendable("bad-address", "mail cannot be sent to this address");
    }
    return address;
  }

  /** Those who get a copy: nobody twice, and none of ours. */
  private List<String> copies(Content content, String to) throws Unsendable {
    var all = new LinkedHashSet<String>();
    if (content instanceof Content.Email email) {
      for (String one : email.cc()) {
        String address = address(one);
        if (!own.contains(MailThreads.plain(address)) && !address.equals(to)) {
          all.add(address);
        }
      }
    }
    if (all.size() > MAX_COPIES) {
      throw new Unsendable("too-many", "a mail may have " + MAX_COPIES + " copies");
    }
    return List.copyOf(all);
  }

  private @Nullable String signature(Outbound.@Nullable Team team) {
    var answers = account.answers();
    if (team != null) {
      for (EmailSettings.Signature own : answers.signatures()) {
        if (own.team().equalsIgnoreCase(team.id()) || own.team().equalsIgnoreCase(team.name())) {
          return own.text();
        }
      }
    }
    return answers.signature();
  }

  private static String subject(Content content, boolean answer, String before) {
    String own = content instanceof Content.Email email ? email.subject().strip() : "";
    String subject;
    if (!own.isEmpty()) {
      subject = own;
    } else if (answer) {
      subject = ThreadContext.answerSubject(before);
    } else {
      subject = content.preview(60);
    }
    return Text.head(Text.line(subject), 300);
  }

  /** HTML that was written for this mail, its pictures named; null where there is none. */
  private @Nullable String html(
      Content content, List<Letter.Part> parts, Map<String, Letter.Part> shown)
      throws Unsendable, IOException {
    String blob = content instanceof Content.Email email ? email.html() : null;
    if (blob == null) {
      return null;
    }
    byte[] bytes;
    try (InputStream in = blobs.open(blob)) {
      bytes = in.readNBytes(MAX_HTML + 1);
    }
    if (bytes.length > MAX_HTML) {
      throw new Unsendable("too-large", "its HTML is larger than " + MAX_HTML + " bytes");
    }
    var before = Jsoup.parse(new String(bytes, UTF_8));
    for (Element image : before.select("img[data-blob]")) {
      image.attr("src", "cid:" + image.attr("data-blob"));
    }
    var document = Jsoup.parseBodyFragment(HtmlBody.of(before.body().html()).sanitised());
    document.outputSettings().prettyPrint(false);
    Map<String, Letter.Part> pictures =
        parts.stream()
            .filter(p -> p.mime().startsWith("image/") && p.media().blob() != null)
            .collect(Collectors.toMap(p -> String.valueOf(p.media().blob()), p -> p, (a, _) -> a));
    for (Element image : document.select("img[data-cid]")) {
      Letter.Part picture = pictures.get(image.attr("data-cid"));
      if (picture == null || picture.id() == null) {
        image.remove();
      } else {
        shown.put(picture.id(), picture);
        image.attr("src", "cid:" + picture.id()).removeAttr("data-cid");
      }
    }
    for (Element image : document.select("img[data-remote-src]")) {
      image.attr("src", image.attr("data-remote-src")).removeAttr("data-remote-src");
    }
    return document.body().html();
  }

  private static String text(Content content) throws Unsendable {
    return switch (content) {
      case Content.Text text -> text.text();
      case Content.Email email -> email.text();
      case Content.Media media -> media.caption() == null ? "" : media.caption();
      case Content.Choices choices -> {
        var text = new StringBuilder(choices.text());
        int number = 1;
        for (Content.Choices.Option option : choices.options()) {
          text.append('\n').append(number++).append(". ").append(option.title());
        }
        yield text.toString();
      }
      case Content.Location place ->
          (place.name() == null ? "" : place.name() + "\n")
              + String.format(
                  Locale.ROOT,
                  "https://www.openstreetmap.org/?mlat=%.6f&mlon=%.6f",
                  place.latitude(),
                  place.longitude());
      case Content.Contact contact ->
          contact.name()
              + "\n"
              + String.join("\n", contact.phones())
              + "\n"
              + String.join("\n", contact.emails());
      case Content.Card card ->
          card.title()
              + (card.text() == null ? "" : "\n" + card.text())
              + (card.url() == null ? "" : "\n" + card.url());
      case Content.Choice _, Content.Form _, Content.Template _, Content.Unsupported _ ->
          throw new Unsendable("unsupported-content", "a mail cannot say this kind of content");
    };
  }

  /** All files of a message, each with an id of its own. */
  private List<Letter.Part> files(Outbound message, String messageId) throws Unsendable {
    var media = new ArrayList<>(message.attachments());
    if (message.content() instanceof Content.Media only) {
      media.addFirst(only);
    }
    var files = new ArrayList<Letter.Part>();
    long size = 0;
    for (Content.Media one : media) {
      if (one.blob() == null) {
        throw new Unsendable("no-file", "an attachment has no stored file");
      }
      size += Math.max(0, one.size());
      String mime = one.mime() == null ? "" : Text.line(one.mime()).toLowerCase(Locale.ROOT);
      int number = files.size() + 1;
      files.add(
          new Letter.Part(
              one,
              MailParser.cleanName(one.name(), mime, number),
              mime.matches("[\\w.+-]{1,60}/[\\w.+-]{1,100}") && !mime.startsWith("multipart/")
                  ? mime
                  : "application/octet-stream",
              "p" + number + "." + messageId));
    }
    if (size > maxFiles) {
      throw new Unsendable("too-large", "the attachments are larger than " + maxFiles + " bytes");
    }
    return files;
  }
}
