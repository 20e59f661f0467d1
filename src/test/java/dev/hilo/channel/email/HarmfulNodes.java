package dev.hilo.channel.email;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jsoup.Jsoup;

/** What in an HTML body could run or load something by itself. */
final class HarmfulNodes {
  private static final String ELEMENTS =
      "script, style, svg, math, iframe, frame, object, embed, applet, form, input, button, link,"
          + " meta, base, video, audio, template, noscript, [srcset], [background], [poster],"
          + " img[src]:not([src^=data:image/])";

  private HarmfulNodes() {}

  static List<String> in(String html) {
    var harm = new ArrayList<String>();
    var body = Jsoup.parseBodyFragment(html).body();
    body.select(ELEMENTS).forEach(e -> harm.add(e.tagName()));
    for (var element : body.getAllElements()) {
      for (var attribute : element.attributes()) {
        String value = attribute.getValue().toLowerCase(Locale.ROOT).replaceAll("\\s", "");
        if (attribute.getKey().startsWith("on")
            || value.contains("javascript:")
            || value.contains("vbscript:")
            || value.contains("expression(")
            || (attribute.getKey().equals("style") && value.contains("url("))) {
          harm.add(element.tagName() + "[" + attribute.getKey() + "]");
        }
      }
    }
    return harm;
  }
}
