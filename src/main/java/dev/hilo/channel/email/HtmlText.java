package dev.hilo.channel.email;

import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/** HTML to plain text: paragraphs, lists, links, and quotes marked for {@link ReplySplit}. */
final class HtmlText implements NodeVisitor {
  private static final Set<String> BLOCKS =
      Set.of(
          "address",
          "article",
          "blockquote",
          "center",
          "dd",
          "div",
          "dl",
          "dt",
          "footer",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "header",
          "hr",
          "li",
          "main",
          "ol",
          "p",
          "pre",
          "section",
          "table",
          "tr",
          "ul");
  private static final Set<String> SPACED =
      Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre");

  /** Elements before which a mail program begins to quote, to the end of the mail. */
  private static final String CUTS =
      "#divRplyFwdMsg, #appendonsend, #mail-editor-reference-message-container, #x_divRplyFwdMsg,"
          + " #x_appendonsend, .ms-outlook-mobile-reference-message, span#OLK_SRC_BODY_SECTION,"
          + " a[name=_MailOriginal], .OutlookMessageHeader, div[style*=border-top:solid #E1E1E1"
          + " 1.0pt], div[style*=border-top:solid #B5C4DF 1.0pt]";

  private static final String INTROS = ".gmail_attr, .moz-cite-prefix";
  private static final String SIGNATURES =
      ".gmail_signature, .moz-signature, #Signature, #AppleMailSignature,"
          + " #ms-outlook-mobile-signature, .protonmail_signature_block";

  private final StringBuilder out = new StringBuilder();
  private int quotes;
  private int preformatted;
  private int hidden;
  private boolean lineOpen;
  private boolean blank;

  private HtmlText() {}

  static String render(Element body) {
    var text = new HtmlText();
    body.traverse(text);
    return text.out.toString().replaceAll("[ \\t]+\n", "\n").strip();
  }

  @Override
  public void head(Node node, int depth) {
    if (node instanceof TextNode text) {
      if (hidden == 0) {
        write(text.getWholeText());
      }
    } else if (node instanceof Element element) {
      open(element);
    }
  }

  @Override
  public void tail(Node node, int depth) {
    if (!(node instanceof Element element)) {
      return;
    }
    if (isHidden(element)) {
      hidden--;
      return;
    }
    if (hidden > 0) {
      return;
    }
    String name = element.normalName();
    switch (name) {
      case "a" -> link(element);
      case "td", "th" -> blank = true;
      case "pre" -> preformatted--;
      case "blockquote" -> {
        endLine();
        quotes--;
      }
      default -> {}
    }
    if (BLOCKS.contains(name)) {
      endLine();
      if (SPACED.contains(name)) {
        emptyLine();
      }
    }
  }

  private void open(Element element) {
    if (isHidden(element)) {
      hidden++;
    }
    if (hidden > 0) {
      return;
    }
    String name = element.normalName();
    if (BLOCKS.contains(name)) {
      endLine();
      if (SPACED.contains(name)) {
        emptyLine();
      }
    }
    if (element.is(CUTS)) {
      mark(ReplySplit.CUT);
    } else if (element.is(INTROS)) {
      mark(ReplySplit.INTRO);
    } else if (element.is(SIGNATURES)) {
      mark(ReplySplit.SIGNATURE);
    }
    switch (name) {
      case "br" -> {
        startLine();
        endLine();
      }
      case "li" -> {
        startLine();
        out.append("- ");
      }
      case "pre" -> preformatted++;
      case "blockquote" -> quotes++;
      case "img" -> {
        String alt = Text.line(element.attr("alt"));
        if (!alt.isEmpty()) {
          write("[" + alt + "]");
        }
      }
      default -> {}
    }
  }

  private void link(Element element) {
    String target = element.attr("href").strip();
    String shown = element.text().strip();
    boolean web = target.startsWith("http://") || target.startsWith("https://");
    String bare = target.replaceFirst("^https?://(www\\.)?", "").replaceFirst("/$", "");
    if (web && !shown.isEmpty() && !shown.contains(bare)) {
      write(" <" + Text.head(Text.line(target), 500) + ">");
    }
  }

  private void mark(char mark) {
    if (quotes == 0) {
      endLine();
      out.append(mark);
    }
  }

  private void write(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (preformatted > 0 && c == '\n') {
        startLine();
        endLine();
      } else if (Character.isWhitespace(c) || c == '\u00a0') {
        blank = true;
      } else if (!Character.isISOControl(c) && c != '\u200b' && c != '\ufeff' && c != '\u200c') {
        startLine();
        if (blank && !out.isEmpty() && " \n".indexOf(out.charAt(out.length() - 1)) < 0) {
          out.append(' ');
        }
        blank = false;
        out.append(c);
      }
    }
  }

  private void startLine() {
    if (!lineOpen) {
      out.append("> ".repeat(Math.min(quotes, 10)));
      lineOpen = true;
      blank = false;
    }
  }

  private void endLine() {
    if (lineOpen) {
      out.append('\n');
    }
    lineOpen = false;
    blank = false;
  }

  private void emptyLine() {
    int length = out.length();
    if (length > 1 && !(out.charAt(length - 1) == '\n' && out.charAt(length - 2) == '\n')) {
      out.append('\n');
    }
  }

  private static boolean isHidden(Element element) {
    String style = element.attr("style");
    return !style.isEmpty()
        && style.toLowerCase(Locale.ROOT).replace(" ", "").contains("display:none");
  }
}
