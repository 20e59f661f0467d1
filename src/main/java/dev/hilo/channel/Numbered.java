package dev.hilo.channel;

import dev.hilo.conversation.Content;

/** Prepared answers for channels that show none: a numbered list below the question. */
public final class Numbered {
  private Numbered() {}

  public static String list(Content.Choices choices) {
    var text = new StringBuilder(choices.text());
    int number = 1;
    for (Content.Choices.Option option : choices.options()) {
      text.append('\n').append(number++).append(". ").append(option.title());
    }
    return text.toString();
  }
}
