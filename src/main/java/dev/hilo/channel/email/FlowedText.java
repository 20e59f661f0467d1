package dev.hilo.channel.email;

/** {@code format=flowed} (RFC 3676): lines that end in a blank go on in the next one. */
final class FlowedText {
  private FlowedText() {}

  static String unfold(String text, boolean deleteBlank) {
    var out = new StringBuilder(text.length());
    int openDepth = -1;
    for (String line : text.split("\n", -1)) {
      int depth = 0;
      while (depth < line.length() && line.charAt(depth) == '>') {
        depth++;
      }
      String rest = line.substring(depth);
      rest = rest.startsWith(" ") ? rest.substring(1) : rest;
      boolean signature = rest.equals("-- ");
      boolean goesOn = openDepth == depth && !signature;
      if (!goesOn) {
        out.append(out.isEmpty() ? "" : "\n").append(">".repeat(depth));
        out.append(depth > 0 && !rest.isEmpty() ? " " : "");
      }
      boolean flows = rest.endsWith(" ") && !signature;
      out.append(flows && deleteBlank ? rest.substring(0, rest.length() - 1) : rest);
      openDepth = flows ? depth : -1;
    }
    return out.toString();
  }
}
