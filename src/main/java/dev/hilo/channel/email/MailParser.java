package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads mails. Pure: bytes in, value out. */
final class MailParser {
  static final int MAX_TEXT = 4 * 1024 * 1024;

  private static final Map<String, String> EXTENSIONS =
      Map.of(
          "image/png", "png",
          "image/jpeg", "jpg",
          "image/gif", "gif",
          "image/webp", "webp",
          "application/pdf", "pdf",
          "text/plain", "txt",
          "text/html", "html",
          "text/calendar", "ics",
          "message/rfc822", "eml",
          "message/delivery-status", "txt");

  private final Headers headers;
  private final List<Mail.File> files = new ArrayList<>();
  private boolean cut;
  private @Nullable Invite invite;

  /** Counts if the mail has no text of its own. */
  private @Nullable Section packed;

  private MailParser(Headers headers) {
    this.headers = headers;
  }

  /**
   * @throws UnreadableMail if the mail is beyond a limit or has no structure that can be followed
   */
  static Mail parse(byte[] raw) throws UnreadableMail {
    return parse(raw, Headers.read(raw));
  }

  /** The same, its header read already. */
  static Mail parse(byte[] raw, Headers headers) throws UnreadableMail {
    var parser = new MailParser(headers);
    var tree = MimeTree.read(raw, headers);
    parser.cut = headers.cut() || tree.cut();
    return parser.read(tree.root());
  }

  /** A piece of the body in one or both of its forms. */
  private record Section(@Nullable String plain, @Nullable HtmlBody html) {
    String text() {
      return plain != null ? plain : html != null ? html.text() : "";
    }

    String markup() {
      return html != null ? html.sanitised() : HtmlBody.escaped(text());
    }
  }

  private Mail read(MimeTree.Part root) {
    List<Section> sections = sections(root, true);
    if (packed != null && sections.stream().allMatch(s -> s.text().isBlank())) {
      sections = List.of(packed);
    }
    String subject = Text.head(headers.text("subject"), 500);
    var body = new StringBuilder();
    var markup = new StringBuilder();
    boolean hasHtml = sections.stream().anyMatch(s -> s.html != null);
    for (Section section : sections) {
      append(body, section.text(), "\n\n");
      if (hasHtml) {
        append(markup, section.markup(), "\n<hr>\n");
      }
    }
    boolean forward = ReplySplit.isForward(subject);
    var split = ReplySplit.split(body.toString(), forward);
    if (split.quoted() == null && sections.size() == 1 && sections.getFirst().html() != null) {
      split = better(split, ReplySplit.split(sections.getFirst().html().text(), forward));
    }
    return new Mail(
        headers,
        subject,
        split,
        hasHtml ? markup.toString() : null,
        List.copyOf(files),
        cut,
        MailSorter.of(headers, root, body.toString()),
        invite);
  }

  /** The HTML form often marks quotes that the plain form does not. */
  private static ReplySplit better(ReplySplit plain, ReplySplit html) {
    return html.quoted() != null && !html.visible().isBlank() ? html : plain;
  }

  private List<Section> sections(MimeTree.Part part, boolean only) {
    return switch (part) {
      case MimeTree.Leaf leaf -> leaf(leaf, only);
      case MimeTree.Multi multi ->
          switch (multi.mime()) {
            case "multipart/alternative" -> alternative(multi);
            case "multipart/related" -> related(multi, only);
            default -> {
              var all = new ArrayList<Section>();
              for (MimeTree.Part child : multi.parts()) {
                all.addAll(sections(child, only && multi.parts().size() == 1));
              }
              yield all;
            }
          };
    };
  }

  private List<Section> alternative(MimeTree.Multi multi) {
    String plain = null;
    List<Section> rich = List.of();
    for (MimeTree.Part child : multi.parts()) {
      if (child.mime().equals("text/x-amp-html") || child.mime().equals("text/watch-html")) {
        continue;
      }
      if (calendar(child) && invite(child) && name(child) == null) {
        continue;
      }
      List<Section> found = sections(child, false);
      if (found.stream().anyMatch(s -> s.html != null)) {
        rich = found;
      } else if (!found.isEmpty() && plain == null) {
        var text = new StringBuilder();
        found.forEach(s -> append(text, s.text(), "\n\n"));
        plain = text.toString();
      }
    }
    if (plain != null && !plain.isBlank() && rich.size() <= 1) {
      return List.of(new Section(plain, rich.isEmpty() ? null : rich.getFirst().html()));
    }
    return rich.isEmpty() ? plain == null ? List.of() : List.of(new Section(plain, null)) : rich;
  }

  private List<Section> related(MimeTree.Multi multi, boolean only) {
    if (multi.parts().isEmpty()) {
      return List.of();
    }
    String start = Parameters.parse(multi.headers().first("content-type")).get("start");
    int root = 0;
    for (int i = 0; i < multi.parts().size(); i++) {
      if (start != null && start.equals(multi.parts().get(i).headers().first("content-id"))) {
        root = i;
      }
    }
    List<Section> body = sections(multi.parts().get(root), only);
    for (int i = 0; i < multi.parts().size(); i++) {
      if (i != root) {
        switch (multi.parts().get(i)) {
          case MimeTree.Leaf leaf -> file(leaf);
          case MimeTree.Multi nested -> sections(nested, false).forEach(this::keepAsFile);
        }
      }
    }
    return body;
  }

  private void keepAsFile(Section section) {
    files.add(
        new Mail.File(
            "text-" + (files.size() + 1) + ".txt",
            "text/plain",
            null,
            section.text().getBytes(UTF_8)));
  }

  private static boolean calendar(MimeTree.Part part) {
    return part.mime().equals("text/calendar") || part.mime().equals("application/ics");
  }

  /** Reads the event of a part; whether there is one. */
  private boolean invite(MimeTree.Part part) {
    if (!(part instanceof MimeTree.Leaf leaf) || leaf.bytes().length > CalendarReader.MAX_TEXT) {
      return false;
    }
    var type = Parameters.parse(leaf.headers().first("content-type"));
    String text = MailCharset.decode(leaf.bytes(), type.get("charset"));
    var read = CalendarReader.read(text, type.get("method"));
    invite = invite == null ? read : invite;
    return read != null;
  }

  private static @Nullable String name(MimeTree.Part part) {
    String name = Parameters.parse(part.headers().first("content-disposition")).get("filename");
    return name != null ? name : Parameters.parse(part.headers().first("content-type")).get("name");
  }

  private static @Nullable Section packed(Tnef tnef) {
    byte[] html = tnef.html();
    String text = tnef.text();
    return html != null
        ? new Section(text, HtmlBody.of(MailCharset.decode(html, HtmlBody.charset(html))))
        : text == null ? null : new Section(Text.lines(text), null);
  }

  private List<Section> leaf(MimeTree.Leaf leaf, boolean only) {
    if (leaf.mime().endsWith("ms-tnef") || "winmail.dat".equalsIgnoreCase(name(leaf))) {
      Tnef tnef = Tnef.read(leaf.bytes());
      if (tnef != null) {
        files.addAll(tnef.files());
        packed = packed(tnef);
        return List.of();
      }
    }
    if (calendar(leaf)) {
      invite(leaf);
    }
    var type = Parameters.parse(leaf.headers().first("content-type"));
    var disposition = Parameters.parse(leaf.headers().first("content-disposition"));
    boolean named = disposition.get("filename") != null || type.get("name") != null;
    boolean attached = disposition.value().equals("attachment") || (named && !only);
    boolean html = leaf.mime().equals("text/html");
    boolean readable = html || leaf.mime().equals("text/plain") || leaf.mime().equals("text");
    if (attached || !readable) {
      file(leaf);
      return List.of();
    }
    byte[] bytes = leaf.bytes();
    if (bytes.length > MAX_TEXT) {
      cut = true;
      bytes = Arrays.copyOf(bytes, MAX_TEXT);
    }
    if (html) {
      String charset = type.get("charset");
      String text = MailCharset.decode(bytes, charset != null ? charset : HtmlBody.charset(bytes));
      return List.of(new Section(null, HtmlBody.of(text)));
    }
    String text = Text.lines(MailCharset.decode(bytes, type.get("charset")));
    if ("flowed".equalsIgnoreCase(type.get("format"))) {
      text = FlowedText.unfold(text, "yes".equalsIgnoreCase(type.get("delsp")));
    }
    var found = InlineFiles.of(text);
    files.addAll(found.files());
    return List.of(new Section(found.text(), null));
  }

  private void file(MimeTree.Leaf leaf) {
    String name = name(leaf);
    if (name == null && leaf.mime().equals("message/rfc822")) {
      String subject = Headers.read(leaf.bytes()).text("subject");
      name = subject.isEmpty() ? null : Text.head(subject, 100) + ".eml";
    }
    String id = leaf.headers().first("content-id");
    String trimmed = id == null ? null : id.replaceAll("^\\s*<|>\\s*$", "");
    files.add(
        new Mail.File(
            cleanName(name, leaf.mime(), files.size() + 1),
            leaf.mime(),
            trimmed == null || trimmed.isEmpty() ? null : Text.head(trimmed, 200),
            leaf.bytes()));
  }

  /** A name without path, controls or text-direction tricks, of at most 150 characters. */
  static String cleanName(@Nullable String name, String mime, int number) {
    String last =
        name == null
            ? ""
            : name.substring(1 + Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')));
    String clean =
        Text.line(last).replaceAll("[\\p{Cf}<>:\"|?*]", "").replaceAll("^[.\\s]+|[.\\s]+$", "");
    if (clean.isEmpty()) {
      return "attachment-" + number + "." + EXTENSIONS.getOrDefault(mime, "bin");
    }
    if (clean.length() <= 150) {
      return clean;
    }
    int dot = clean.lastIndexOf('.');
    String extension = dot > 0 && clean.length() - dot <= 12 ? clean.substring(dot) : "";
    return Text.head(clean, 150 - extension.length()) + extension;
  }

  private static void append(StringBuilder out, String more, String between) {
    if (!more.isBlank()) {
      out.append(out.isEmpty() ? "" : between).append(more);
    }
  }
}
