package dev.hilo.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Horizontal bars as SVG, in groups, readable on light and dark pages; Hilo's bars stand out. */
final class Chart {
  private static final int WIDTH = 760;
  private static final int LEFT = 170;
  private static final int RIGHT = 150;
  private static final int BAR = 18;
  private static final int ROW = 26;
  private static final String STYLE =
      ".g{fill:#ffffff;stroke:#d5dae2}.t{fill:#1a1d24}.m{fill:#4b5565;font-size:12px}"
          + ".h{fill:#4152d6}.o{fill:#868fa0}.w{stroke:#1a1d24;stroke-width:1.2}"
          + "@media (prefers-color-scheme:dark){.g{fill:#14181f;stroke:#3a4250}.t{fill:#e8ebf0}"
          + ".m{fill:#b7c0ce}.h{fill:#8f9bff}.o{fill:#748094}.w{stroke:#e8ebf0}}";

  private final String title;
  private final String note;
  private final List<Group> groups = new ArrayList<>();

  /**
   * One bar; {@code parts} add up to its length and get lighter from first to last.
   *
   * @param low the ends of the spread, equal to the value where there is none
   */
  record Bar(String label, List<Double> parts, double low, double high, boolean ours) {
    double value() {
      return parts.stream().mapToDouble(p -> p).sum();
    }
  }

  /** Bars on a scale of their own. */
  private record Group(String name, List<Bar> bars) {
    double longest() {
      return bars.stream().mapToDouble(b -> Math.max(b.value(), b.high)).max().orElse(1);
    }
  }

  Chart(String title, String note) {
    this.title = title;
    this.note = note;
  }

  Chart group(String name, List<Bar> bars) {
    if (!bars.isEmpty()) {
      groups.add(new Group(name, bars));
    }
    return this;
  }

  boolean empty() {
    return groups.isEmpty();
  }

  String svg() {
    int height = 66 + groups.stream().mapToInt(g -> 34 + g.bars.size() * ROW).sum() + 14;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"system-ui, sans-serif\" font-size=\"14\" role=\"img\""
                + " aria-labelledby=\"t d\">\n"
                + "<title id=\"t\">%s</title>\n"
                + "<desc id=\"d\">%s</desc>\n"
                + "<style>%s</style>\n",
            WIDTH,
            height,
            escaped(title),
            escaped(spoken()),
            STYLE));
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"g\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"10\"/>\n",
            WIDTH - 1,
            height - 1));
    text(svg, "t", 20, 30, "font-weight=\"600\" font-size=\"16\"", title);
    text(svg, "m", 20, 50, "", note);
    int y = 66;
    for (Group group : groups) {
      text(svg, "t", 20, y + 20, "font-weight=\"600\"", group.name);
      y += 34;
      for (Bar bar : group.bars) {
        draw(svg, bar, y, (WIDTH - LEFT - RIGHT) / group.longest());
        y += ROW;
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static void draw(StringBuilder svg, Bar bar, int y, double scale) {
    text(svg, "t", LEFT - 10, y + 14, "text-anchor=\"end\"", bar.label);
    double x = LEFT;
    double opacity = 1;
    for (double part : bar.parts) {
      double width = Math.max(0.5, part * scale);
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\""
                  + " fill-opacity=\"%.2f\"/>\n",
              bar.ours ? "h" : "o",
              x,
              y,
              width,
              BAR,
              opacity));
      x += width;
      opacity -= 0.3;
    }
    double end = x;
    if (bar.high > bar.low) {
      end = Math.max(x, LEFT + bar.high * scale);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"w\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
              LEFT + bar.low * scale,
              LEFT + bar.high * scale,
              y + BAR / 2,
              y + BAR / 2));
    }
    text(svg, "t", (int) end + 8, y + 14, "", Report.text(bar.value()));
  }

  private static void text(
      StringBuilder svg, String style, int x, int y, String attributes, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%d\" y=\"%d\" %s>%s</text>\n",
            style,
            x,
            y,
            attributes,
            escaped(text)));
  }

  /** All of it in words, for those who cannot see it. */
  private String spoken() {
    StringBuilder words = new StringBuilder(note).append('.');
    for (Group group : groups) {
      words.append(' ').append(group.name).append(':');
      for (Bar bar : group.bars) {
        words
            .append(' ')
            .append(bar.label)
            .append(' ')
            .append(Report.text(bar.value()))
            .append(';');
      }
    }
    return words.toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
