package dev.hilo.channel.email;

import dev.hilo.channel.SafeHtml;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * An HTML body, made harmless.
 *
 * @param sanitised only formatting, links and images; images of the mail itself as {@code
 *     data-cid}, images elsewhere as {@code data-remote-src}: both are not loaded by themselves;
 *     what a mail program marked as quoted carries {@code data-quoted}
 * @param text rendered as plain text with the marks of {@link ReplySplit}
 */
record HtmlBody(String sanitised, String text) {
  private static final int MAX_INPUT = 2 * 1024 * 1024;
  private static final int MAX_OUTPUT = 8 * 1024 * 1024;
  private static final int MAX_DEPTH = 200;
  private static final int MAX_DATA_IMAGE = 64 * 1024;

  private static final String DROPPED =
      "script, style, noscript, noembed, noframes, template, title, head > *, iframe, frame,"
          + " object, embed, applet, svg, math, input, button, select, textarea, option, audio,"
          + " video, canvas, map, dialog, frameset, base, link, meta, param, source, track, xmp,"
          + " plaintext";

  private static final Set<String> STYLES =
      Set.of(
          "color",
          "background-color",
          "font-weight",
          "font-style",
          "font-size",
          "font-family",
          "text-align",
          "text-decoration",
          "line-height",
          "margin",
          "margin-top",
          "margin-bottom",
          "margin-left",
          "margin-right",
          "padding",
          "padding-top",
          "padding-bottom",
          "padding-left",
          "padding-right",
          "border",
          "border-top",
          "border-bottom",
          "border-left",
          "border-right",
          "border-collapse",
          "white-space",
          "vertical-align",
          "list-style-type",
          "width",
          "max-width");
  private static final Pattern HARMLESS_VALUE =
      Pattern.compile("(?:[\\w\\s#.,%!'\"-]|\\b(?:rgb|rgba|hsl|hsla)\\([\\d\\s.,%/]*\\)){1,200}");
  private static final Pattern DATA_IMAGE =
      Pattern.compile("data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\\s]*");
  private static final Pattern TINY = Pattern.compile("\\s*[01](?:px)?\\s*");
  private static final Pattern TINY_STYLE =
      Pattern.compile("(?:^|[;\\s])(?:width|height)\\s*:\\s*[01](?:px)?\\s*(?:;|!|$)");
  private static final Pattern LINK =
      Pattern.compile("https?://[^/\\\\?#\"'<>]|mailto:|tel:", Pattern.CASE_INSENSITIVE);
  private static final Pattern AUTHORITY =
      Pattern.compile("https?://([^/\\\\?#]*)", Pattern.CASE_INSENSITIVE);

  /** Text of a link that says where it leads. */
  private static final Pattern CLAIM =
      Pattern.compile(
          "(?:https?://)?((?:[\\p{L}\\d-]{1,63}\\.){1,10}\\p{L}{2,24})(?=[/:?#\\s]|$)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern META_CHARSET =
      Pattern.compile(
          "<meta[^>]{0,200}charset\\s*=\\s*[\"']?([\\w-]{2,40})", Pattern.CASE_INSENSITIVE);

  private static final SafeHtml SAFE = new SafeHtml("data-cid");

  static HtmlBody of(String html) {
    Document document = parse(Text.head(html.replace("\0", ""), MAX_INPUT));
    document.select(DROPPED).remove();
    Element body = document.body();
    for (Element element : body.getAllElements()) {
      for (Attribute attribute : element.attributes().asList()) {
        if (attribute.getKey().startsWith("data-") && !isMarker(attribute)) {
          element.removeAttr(attribute.getKey());
        }
      }
      if (!element.equals(body) && HtmlText.isHidden(element)) {
        element.remove();
      }
    }
    HtmlQuotes.unprefix(body);
    String text = HtmlText.render(body);
    HtmlQuotes.annotate(body);
    for (Element element : body.getAllElements()) {
      restrain(element);
    }
    String clean = clean(document);
    if (clean.length() > MAX_OUTPUT) {
      clean = escaped(Text.head(text, MAX_INPUT));
    }
    return new HtmlBody(clean, text);
  }

  private static Document parse(String html) {
    return Parser.htmlParser().setMaxDepth(MAX_DEPTH).parseInput(html, "");
  }

  /** Cleans until a parser reads what was written as what was meant. */
  private static String clean(Document document) {
    String last = "";
    Document next = document;
    for (int i = 0; i < 4; i++) {
      String html = SAFE.clean(next).body().html();
      if (html.equals(last) || html.length() > MAX_OUTPUT) {
        return html;
      }
      last = html;
      next = parse(html);
    }
    return last;
  }

  /** A mark of Gmail or Zimbra by which {@link HtmlQuotes} knows its quotes. */
  private static boolean isMarker(Attribute attribute) {
    return attribute.getKey().equals("data-marker") || attribute.getKey().equals("data-smartmail");
  }

  /** Plain text as HTML. */
  static String escaped(String text) {
    return Entities.escape(text).replace("\"", "&quot;").replace("\n", "<br>\n");
  }

  /** What the document says of its own charset, or null. */
  static @Nullable String charset(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.ISO_8859_1);
    var meta = META_CHARSET.matcher(start);
    return meta.find() ? meta.group(1) : null;
  }

  private static void restrain(Element element) {
    if (element.hasAttr("style")) {
      String style = harmless(element.attr("style"));
      if (style.isEmpty()) {
        element.removeAttr("style");
      } else {
        element.attr("style", style);
      }
    }
    switch (element.normalName()) {
      case "img" -> restrainImage(element);
      case "a" -> restrainLink(element);
      default -> {}
    }
  }

  private static void restrainLink(Element link) {
    String target = link.attr("href").replaceAll("[\\p{Cntrl}\\s]++", "");
    if (target.startsWith("//")) {
      target = "https:" + target;
    }
    if (!LINK.matcher(target).lookingAt()) {
      link.removeAttr("href");
      return;
    }
    link.attr("href", target);
    String host = host(target);
    var claim = CLAIM.matcher(Text.head(Text.line(link.text()), 300));
    if (host != null && claim.lookingAt() && !isSameSite(claim.group(1), host)) {
      link.attr("data-host", host);
    }
  }

  /** Whom a browser would ask for this address; null if nobody on the web. */
  private static @Nullable String host(String target) {
    var authority = AUTHORITY.matcher(target);
    if (!authority.lookingAt()) {
      return null;
    }
    String all = authority.group(1);
    String host = all.substring(all.lastIndexOf('@') + 1).replaceFirst(":\\d*$", "");
    return Text.head(host.toLowerCase(Locale.ROOT), 253);
  }

  private static boolean isSameSite(String claimed, String host) {
    String one = claimed.toLowerCase(Locale.ROOT).replaceFirst("^www\\.", "");
    String other = host.replaceFirst("^www\\.", "");
    return one.equals(other) || other.endsWith("." + one);
  }

  private static void restrainImage(Element image) {
    String source = image.attr("src").strip();
    String lower = Text.head(source, 40).toLowerCase(Locale.ROOT);
    image.removeAttr("src");
    if (lower.startsWith("cid:")) {
      image.attr("data-cid", Text.line(source.substring(4)));
    } else if (source.length() <= MAX_DATA_IMAGE && DATA_IMAGE.matcher(source).matches()) {
      image.attr("src", source);
    } else if (lower.startsWith("http://")
        || lower.startsWith("https://")
        || lower.startsWith("//")) {
      if (isBeacon(image)) {
        image.remove();
      } else {
        image.attr("data-remote-src", lower.startsWith("//") ? "https:" + source : source);
      }
    } else {
      image.remove();
    }
  }

  /** A picture that nobody is to see: it only reports that the mail was opened. */
  private static boolean isBeacon(Element image) {
    boolean narrow = TINY.matcher(image.attr("width")).matches();
    boolean low = TINY.matcher(image.attr("height")).matches();
    return (narrow && (low || !image.hasAttr("height")))
        || (low && !image.hasAttr("width"))
        || TINY_STYLE.matcher(image.attr("style")).find();
  }

  private static String harmless(String style) {
    var out = new StringBuilder();
    for (String declaration : Text.head(style, 4000).split(";", -1)) {
      int colon = declaration.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String name = declaration.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      String value = declaration.substring(colon + 1).strip();
      boolean outside = name.startsWith("margin") && value.contains("-");
      if (STYLES.contains(name) && !outside && HARMLESS_VALUE.matcher(value).matches()) {
        out.append(out.isEmpty() ? "" : "; ").append(name).append(": ").append(value);
      }
    }
    return out.toString();
  }
}
