package dev.hilo.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the word that was probably meant. */
final class Spelling {
  private Spelling() {}

  /** The word nearest to the typed one, or null if none is near. */
  static @Nullable String nearest(String typed, Collection<String> words) {
    String best = null;
    int least = Math.max(2, typed.length() / 3) + 1;
    for (String word : words) {
      int edits = distance(typed, word);
      if (edits < least && edits < word.length()) {
        best = word;
        least = edits;
      }
    }
    return best;
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
