package dev.hilo.channel;

import dev.hilo.conversation.Content;
import org.jspecify.annotations.Nullable;

/** Prepared answers for channels that show none: a numbered list below the question. */
public final class Numbered {
  private Numbered() {}

  /** Text as it is, choices as a list; null for what is more than words. */
  public static @Nullable String text(Content content) {
    return switch (content) {
      case Content.Text(var text) -> text;
      case Content.Choices choices -> list(choices);
      case Content.Media _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          null;
    };
  }

  public static String list(Content.Choices choices) {
    var text = new StringBuilder(choices.text());
    int number = 1;
    for (Content.Choices.Option option : choices.options()) {
      text.append('\n').append(number++).append(". ").append(option.title());
    }
    return text.toString();
  }
}
