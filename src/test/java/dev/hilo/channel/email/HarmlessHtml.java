package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Comment;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.nodes.XmlDeclaration;
import org.jsoup.parser.Parser;

/**
 * Says what in a piece of HTML could run, load or send anything. Knows nothing of how {@link
 * HtmlBody} cleans: lists of its own, and what a parser makes of the piece is what counts.
 */
final class HarmlessHtml {
  private static final Set<String> ELEMENTS =
      Set.of(
          ("a abbr address article b bdi big blockquote br caption center cite code col colgroup dd"
               + " del div dl dt em font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main"
               + " mark ol p pre q s samp section small span strike strong sub sup table tbody td"
               + " tfoot th thead tr tt u ul var wbr")
              .split(" "));
  private static final Set<String> ATTRIBUTES =
      Set.of(
          ("abbr align alt axis bgcolor border cellpadding cellspacing color colspan data-cid"
               + " data-host data-quoted data-remote-src data-signature dir face height href lang"
               + " rel rowspan scope size span src start style summary target title type valign"
               + " width")
              .split(" "));
  private static final Pattern LINK = Pattern.compile("(?i)(?:https?://|mailto:|tel:).*");
  private static final Pattern IMAGE =
      Pattern.compile("data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\\s]*");
  private static final Pattern STYLE =
      Pattern.compile(
          "url|expression|import|javascript|vbscript|behaviou?r|binding|image-set|position|content"
              + "|\\\\|/\\*|<|var\\(|attr\\(|env\\(|@|&");

  private HarmlessHtml() {}

  /** What is wrong; empty if nothing is. */
  static List<String> faults(String html) {
    var faults = new ArrayList<String>();
    Document document = parse(html);
    if (!document.head().childNodes().isEmpty()) {
      faults.add("something is in the head: " + document.head().html());
    }
    document.body().traverse((node, depth) -> look(node, document, faults));
    document.outputSettings().prettyPrint(false).escapeMode(Entities.EscapeMode.base);
    String again = document.body().html();
    if (!again.equals(html)) {
      faults.add("a parser reads it as something else: " + again);
    }
    return faults;
  }

  private static Document parse(String html) {
    return Parser.htmlParser().setMaxDepth(2000).parseInput(html, "");
  }

  private static void look(Node node, Document document, List<String> faults) {
    switch (node) {
      case Element element -> element(element, document, faults);
      case Comment comment -> faults.add("comment: " + comment.getData());
      case DataNode data -> faults.add("raw data: " + data.getWholeData());
      case XmlDeclaration declaration -> faults.add("declaration: " + declaration.name());
      case TextNode text -> {
        if (text.getWholeText().indexOf(0) >= 0) {
          faults.add("NUL in text");
        }
      }
      default -> faults.add("node " + node.nodeName());
    }
  }

  private static void element(Element element, Document document, List<String> faults) {
    String name = element.normalName();
    if (element.equals(document.body())) {
      if (element.attributesSize() > 0) {
        faults.add("attributes of the body");
      }
      return;
    }
    if (!ELEMENTS.contains(name) || !element.tag().namespace().endsWith("/1999/xhtml")) {
      faults.add("element " + element.tagName());
    }
    for (Attribute attribute : element.attributes()) {
      attribute(name, attribute, faults);
    }
  }

  private static void attribute(String element, Attribute attribute, List<String> faults) {
    String key = attribute.getKey();
    String value = attribute.getValue();
    String what = "<" + element + " " + key + "=" + value + ">";
    boolean harmless =
        ATTRIBUTES.contains(key)
            && switch (key) {
              case "href" -> element.equals("a") && LINK.matcher(value).matches();
              case "src" ->
                  element.equals("img")
                      && value.length() <= 64 * 1024
                      && IMAGE.matcher(value).matches();
              case "style" -> !STYLE.matcher(value.toLowerCase(Locale.ROOT)).find();
              case "target" -> value.equals("_blank");
              case "rel" -> value.equals("noopener noreferrer nofollow");
              case "data-remote-src", "data-cid" -> element.equals("img");
              default -> true;
            };
    if (!harmless || key.startsWith("on") || value.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      faults.add(what);
    }
  }
}
