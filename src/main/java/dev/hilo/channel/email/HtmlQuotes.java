package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.Evaluator;
import org.jsoup.select.NodeVisitor;
import org.jsoup.select.QueryParser;

/**
 * What mail programs say in HTML of what they quote: by names of classes and elements, for {@link
 * HtmlText}, and as {@code data-quoted} and {@code data-signature} for those who show the mail.
 */
final class HtmlQuotes {
  /** Before these a mail program begins to quote, to the end of the mail. */
  private static final Evaluator CUTS =
      QueryParser.parse(
          "#divRplyFwdMsg, #appendonsend, #mail-editor-reference-message-container,"
              + " .ms-outlook-mobile-reference-message, span#OLK_SRC_BODY_SECTION,"
              + " a[name=_MailOriginal], .OutlookMessageHeader, .yahoo_quoted, .protonmail_quote,"
              + " .zmail_extra, [data-marker=__QUOTED_TEXT__], div[name=messageReplySection],"
              + " .front-blockquote, .cm_quote, .tutanota_quote, #isForwardContent");

  private static final Evaluator INTROS = QueryParser.parse(".gmail_attr, .moz-cite-prefix");
  private static final Evaluator SIGNATURES =
      QueryParser.parse(
          ".gmail_signature, .moz-signature, #Signature, #AppleMailSignature,"
              + " #ms-outlook-mobile-signature, .protonmail_signature_block, .tutanota_signature,"
              + " [data-smartmail=gmail_signature], .yahoo-signature, .front-signature,"
              + " div[name=messageSignatureSection]");

  private static final Evaluator BOXES =
      QueryParser.parse("div.gmail_quote, .gmail_quote_container, .gmail_extra");
  private static final Set<String> ROOMS =
      Set.of("body", "div", "td", "th", "blockquote", "section", "article", "center", "main", "li");

  private HtmlQuotes() {}

  /** The mark of {@link ReplySplit} that stands before this element, or 0. */
  static char mark(Element element) {
    if (element.attributesSize() == 0) {
      return 0;
    }
    if (isCut(element)) {
      return ReplySplit.CUT;
    }
    if (element.is(INTROS)) {
      return ReplySplit.INTRO;
    }
    return element.is(SIGNATURES) ? ReplySplit.SIGNATURE : 0;
  }

  private static boolean isCut(Element element) {
    return element.is(CUTS) || (element.normalName().equals("div") && isOutlookRule(element));
  }

  /** The line above the header that Outlook writes. */
  private static boolean isOutlookRule(Element element) {
    String style = element.attr("style");
    if (!style.contains("border")) {
      return false;
    }
    String bare = style.replace(" ", "").toLowerCase(Locale.ROOT);
    return bare.contains("border-top:solid#e1e1e11.0pt")
        || bare.contains("border-top:solid#b5c4df1.0pt")
        || bare.contains("border-top:1ptsolidrgb(225,225,225)")
        || bare.contains("border-top:1ptsolidrgb(181,196,223)")
        || (bare.contains("border-top:") && bare.contains("padding:3.0pt0"));
  }

  /** Takes away what Outlook puts before the names of others. */
  static void unprefix(Element body) {
    for (Element element : body.getAllElements()) {
      if (element.id().startsWith("x_")) {
        element.id(element.id().replaceFirst("^(?:x_)++", ""));
      }
      String names = element.className();
      if (names.contains("x_")) {
        element.attr("class", names.replaceAll("(?<!\\S)(?:x_)++", ""));
      }
    }
  }

  /** Marks what is quoted at the end, or before the only answer, and signatures. */
  static void annotate(Element body) {
    var elements = new ArrayList<Element>();
    Element cut = null;
    for (Element element : body.getAllElements()) {
      if (element.attributesSize() > 0 || element.normalName().equals("blockquote")) {
        elements.add(element);
      }
    }
    var own = new Own();
    body.traverse(own);
    for (Element element : elements) {
      if (cut == null && isCut(element) && own.isBefore(element)) {
        cut = element;
      } else if (element.is(SIGNATURES) && !element.equals(body)) {
        element.attr("data-signature", "");
      }
    }
    if (cut != null) {
      quoteFrom(cut, body);
      return;
    }
    for (Element element : elements) {
      boolean quote = Own.isQuote(element) || element.is(BOXES);
      if (quote && (own.endsBefore(element) || own.beginsAfter(element)) && !isInside(element)) {
        element.attr("data-quoted", "");
      }
    }
  }

  private static boolean isInside(Element element) {
    Element parent = element.parent();
    while (parent != null) {
      if (parent.hasAttr("data-quoted")) {
        return true;
      }
      parent = parent.parent();
    }
    return false;
  }

  private static void quoteFrom(Element cut, Element body) {
    Element first = cut;
    while (first.parent() != null && !body.equals(first.parent()) && isFirst(first)) {
      first = first.parent();
    }
    Element at = first;
    while (!at.equals(body) && at.parent() != null) {
      Element parent = at.parent();
      var rest = new ArrayList<Node>();
      for (Node node = at.equals(first) ? at : at.nextSibling(); node != null; ) {
        rest.add(node);
        node = node.nextSibling();
      }
      quote(parent, rest);
      at = parent;
    }
  }

  private static boolean isFirst(Node node) {
    for (Node before = node.previousSibling(); before != null; before = before.previousSibling()) {
      if (!(before instanceof TextNode text && text.isBlank())) {
        return false;
      }
    }
    return true;
  }

  private static void quote(Element parent, List<Node> nodes) {
    boolean empty = nodes.stream().allMatch(n -> n instanceof TextNode t && t.isBlank());
    if (empty) {
      return;
    }
    if (ROOMS.contains(parent.normalName())) {
      var box = new Element("div").attr("data-quoted", "");
      nodes.getFirst().before(box);
      nodes.forEach(box::appendChild);
    } else {
      for (Node node : nodes) {
        if (node instanceof Element element) {
          element.attr("data-quoted", "");
        }
      }
    }
  }

  /** Where in the document somebody's own words stand. */
  private static final class Own implements NodeVisitor {
    private final Set<Node> afterFirst = new HashSet<>();
    private final Set<Node> sinceLast = new HashSet<>();
    private final Set<Node> quotes = new HashSet<>();
    private int quoted;
    private boolean any;
    private int runs;
    private boolean quoteSince;

    static boolean isQuote(Element element) {
      return element.normalName().equals("blockquote")
          || (element.attributesSize() > 0 && element.is(INTROS));
    }

    @Override
    public void head(Node node, int depth) {
      if (any) {
        afterFirst.add(node);
      }
      if (node instanceof Element element && isQuote(element)) {
        quoted++;
        quotes.add(node);
      }
      if (quoted > 0) {
        quoteSince = true;
      } else if (node instanceof TextNode text && !text.isBlank() && hasWords(text)) {
        runs += any && !quoteSince ? 0 : 1;
        any = true;
        quoteSince = false;
        sinceLast.clear();
      }
      if (quoted > 0 || node instanceof Element) {
        sinceLast.add(node);
      }
    }

    @Override
    public void tail(Node node, int depth) {
      if (quotes.contains(node)) {
        quoted--;
      }
    }

    private static boolean hasWords(TextNode text) {
      return text.getWholeText().codePoints().anyMatch(c -> c > ' ' && c != 0xa0 && c != 0x200b);
    }

    /** Whether something of one's own stands before this one. */
    boolean isBefore(Node node) {
      return afterFirst.contains(node);
    }

    /** Whether all of one's own stands before this one. */
    boolean endsBefore(Node node) {
      return any && sinceLast.contains(node);
    }

    /** Whether all of one's own stands after this one, in one piece. */
    boolean beginsAfter(Node node) {
      return any && runs == 1 && !afterFirst.contains(node);
    }
  }
}
