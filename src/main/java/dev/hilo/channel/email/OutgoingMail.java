package dev.hilo.channel.email;

import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.mail.MailAttachment;
import io.vertx.ext.mail.MailMessage;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Builds the mail for a message: an answer in its thread, or the first of a new one. */
final class OutgoingMail {
  private final EmailSettings.Account account;
  private final long maxFiles;
  private final Ports.Blobs blobs;

  OutgoingMail(EmailSettings.Account account, EmailSettings.Limits limits, Ports.Blobs blobs) {
    this.account = account;
    this.maxFiles = limits.outgoing().bytes();
    this.blobs = blobs;
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
   * @param messageId without angle brackets
   * @throws Unsendable if it never can be sent
   * @throws IOException if an attachment cannot be read now
   */
  MailMessage build(Outbound message, String messageId) throws Unsendable, IOException {
    var mail = new MailMessage();
    mail.setFrom(account.id());
    mail.addHeader("From", sender());
    mail.setTo(List.of(receiver(message.to().id())));
    mail.addHeader("Message-ID", "<" + messageId + ">");
    var thread = ThreadContext.of(message.context());
    String parent = parent(message, thread);
    if (parent != null) {
      mail.addHeader("In-Reply-To", "<" + parent + ">");
      mail.addHeader("References", thread.answerReferences(parent));
    }
    boolean answer = parent != null || message.context().containsKey("subject");
    mail.setSubject(subject(message.content(), answer, thread.subject()));
    String text = text(message.content());
    mail.setText(Text.lines(text));
    mail.setHtml("<div dir=\"auto\">" + HtmlBody.escaped(Text.lines(text)) + "</div>");
    if (message.content() instanceof Content.Email email && !email.cc().isEmpty()) {
      mail.setCc(copies(email.cc()));
    }
    List<MailAttachment> files = files(message);
    if (!files.isEmpty()) {
      mail.setAttachment(files);
    }
    return mail;
  }

  /**
   * The mail client would write a name beyond ASCII into a comment, where no mail program looks.
   */
  private String sender() {
    try {
      String name = field(account.name().replaceAll("[<>()\"\\\\,;:@]", " "));
      return new InternetAddress(account.id(), name, "UTF-8").toString();
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e);
    }
  }

  private static String receiver(String id) throws Unsendable {
    String plain =
        id.endsWith(MailTranslator.UNVERIFIED)
            ? id.substring(0, id.length() - MailTranslator.UNVERIFIED.length())
            : id;
    String address = MailAddress.normalised(plain);
    if (address == null || !address.chars().allMatch(c -> c < 128)) {
      throw new Unsendable("bad-address", "mail cannot be sent to this address");
    }
    return address;
  }

  private static List<String> copies(List<String> cc) throws Unsendable {
    var all = new ArrayList<String>();
    for (String address : cc.subList(0, Math.min(cc.size(), 50))) {
      all.add(receiver(address));
    }
    return all;
  }

  private static @Nullable String parent(Outbound message, ThreadContext thread) {
    String replyTo = MessageIds.usable(message.replyTo());
    return replyTo != null ? replyTo : thread.messageId();
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
    return Text.head(field(subject), 300);
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

  private List<MailAttachment> files(Outbound message) throws Unsendable, IOException {
    var media = new ArrayList<>(message.attachments());
    if (message.content() instanceof Content.Media only) {
      media.addFirst(only);
    }
    var files = new ArrayList<MailAttachment>();
    long left = maxFiles;
    for (Content.Media one : media) {
      String blob = one.blob();
      if (blob == null) {
        throw new Unsendable("no-file", "an attachment has no stored file");
      }
      byte[] bytes;
      try (InputStream in = blobs.open(blob)) {
        bytes = in.readNBytes((int) left + 1);
      }
      left -= bytes.length;
      if (left < 0) {
        throw new Unsendable("too-large", "the attachments are larger than " + maxFiles + " bytes");
      }
      String mime = one.mime() == null ? "" : field(one.mime());
      files.add(
          MailAttachment.create()
              .setData(Buffer.buffer(bytes))
              .setContentType(
                  mime.matches("[\\w.+-]+/[\\w.+-]+") ? mime : "application/octet-stream")
              .setDisposition("attachment")
              .setName(MailParser.cleanName(one.name(), mime, files.size() + 1)));
    }
    return files;
  }

  /** Header values are one line: without CR, LF and NUL nothing can be smuggled in. */
  private static String field(String value) {
    return Text.line(value);
  }
}
