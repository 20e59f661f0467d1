package dev.hilo.channel.email;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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
          "aside",
          "blockquote",
          "caption",
          "center",
          "dd",
          "div",
          "dl",
          "dt",
          "fieldset",
          "figure",
          "footer",
          "form",
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
          "nav",
          "ol",
          "p",
          "pre",
          "section",
          "table",
          "tbody",
          "tr",
          "ul");
  private static final Set<String> SPACED =
      Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre");
  private static final Pattern TIGHT =
      Pattern.compile("margin(?:-bottom)?\\s*:\\s*0(?![.\\d]*[1-9])", Pattern.CASE_INSENSITIVE);
  private static final Pattern HIDDEN =
      Pattern.compile(
          "display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|$)|opacity:0(?:;|$)");
  private static final int MAX_QUOTES = 10;

  private final StringBuilder out = new StringBuilder();

  /** Of each open list the number of its last item, or -1 if its items have no numbers. */
  private final Deque<Integer> lists = new ArrayDeque<>();

  private int quotes;
  private int preformatted;
  private boolean lineOpen;
  private boolean blank;
  private boolean heldOpen;
  private boolean itemBegins;

  private HtmlText() {}

  static String render(Element body) {
    var text = new HtmlText();
    body.traverse(text);
    return text.out
        .toString()
        .replaceAll("[ \\t]++\n", "\n")
        .replaceAll("\n{4,}+", "\n\n\n")
        .strip();
  }

  /** Whether its reader does not see it. */
  static boolean isHidden(Element element) {
    if (element.hasAttr("hidden")) {
      return true;
    }
    String style = element.attr("style");
    return !style.isEmpty()
        && HIDDEN.matcher(style.toLowerCase(Locale.ROOT).replaceAll("\\s++", "")).find();
  }

  @Override
  public void head(Node node, int depth) {
    if (node instanceof TextNode text) {
      write(text.getWholeText());
    } else if (node instanceof Element element) {
      open(element);
    }
  }

  @Override
  public void tail(Node node, int depth) {
    if (!(node instanceof Element element)) {
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
      case "ol", "ul" -> lists.poll();
      default -> {}
    }
    if (BLOCKS.contains(name)) {
      endBlock(element, name);
    }
  }

  private void open(Element element) {
    String name = element.normalName();
    if (BLOCKS.contains(name)) {
      endBlock(element, name);
    }
    char mark = HtmlQuotes.mark(element);
    if (mark != 0) {
      mark(mark);
    }
    switch (name) {
      case "br" -> {
        startLine();
        endLine();
      }
      case "ul" -> lists.push(-1);
      case "ol" -> lists.push(0);
      case "li" -> item();
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

  private void endBlock(Element element, String name) {
    if (itemBegins && !name.equals("li")) {
      return;
    }
    endLine();
    boolean spaced = SPACED.contains(name) && (lists.size() < 2 || !isList(name));
    if (spaced && !(name.equals("p") && isTight(element)) && !isInItem(element)) {
      emptyLine();
    }
  }

  private static boolean isList(String name) {
    return name.equals("ul") || name.equals("ol");
  }

  private static boolean isInItem(Element element) {
    Element parent = element.parent();
    return parent != null && parent.normalName().equals("li");
  }

  private static boolean isTight(Element element) {
    return element.className().contains("MsoNormal")
        || element.className().contains("MsoPlainText")
        || TIGHT.matcher(element.attr("style")).find();
  }

  private void item() {
    startLine();
    int depth = Math.min(lists.size(), MAX_QUOTES);
    out.append("  ".repeat(Math.max(0, depth - 1)));
    Integer last = lists.poll();
    if (last == null || last < 0) {
      out.append("- ");
    } else {
      out.append(last + 1).append(". ");
    }
    if (last != null) {
      lists.push(last < 0 ? last : last + 1);
    }
    itemBegins = true;
  }

  private void link(Element element) {
    String target = Text.line(element.attr("href"));
    boolean web = target.startsWith("http://") || target.startsWith("https://");
    if (!web) {
      return;
    }
    String shown = element.text().strip();
    String bare = target.replaceFirst("^https?://(www\\.)?", "").replaceFirst("/$", "");
    if (!shown.isEmpty() && !shown.contains(bare)) {
      write(" <" + Text.head(target, 500) + ">");
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
      } else if (preformatted > 0 && (c == ' ' || c == '\t')) {
        startLine();
        out.append(c);
      } else if (Character.isWhitespace(c) || c == '\u00a0') {
        blank = true;
        heldOpen |= c == '\u00a0' && !lineOpen;
      } else if (!Character.isISOControl(c) && c != '\u200b' && c != '\ufeff' && c != '\u200c') {
        startLine();
        if (blank && !out.isEmpty() && " \n\t".indexOf(out.charAt(out.length() - 1)) < 0) {
          out.append(' ');
        }
        blank = false;
        itemBegins = false;
        out.append(c);
      }
    }
  }

  private void startLine() {
    if (!lineOpen) {
      out.append("> ".repeat(Math.min(quotes, MAX_QUOTES)));
      lineOpen = true;
      blank = false;
      heldOpen = false;
    }
  }

  private void endLine() {
    if (lineOpen) {
      out.append('\n');
    } else if (heldOpen) {
      emptyLine();
    }
    lineOpen = false;
    blank = false;
    heldOpen = false;
    itemBegins = false;
  }

  /** A line without text, if the one before has some. */
  private void emptyLine() {
    int length = out.length();
    if (length > 1 && !(out.charAt(length - 1) == '\n' && out.charAt(length - 2) == '\n')) {
      out.append('\n');
    }
  }
}
