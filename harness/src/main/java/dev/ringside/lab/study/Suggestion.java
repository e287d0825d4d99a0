package dev.ringside.lab.study;

import java.util.Collection;

/** What somebody may have meant who wrote an unknown name. */
final class Suggestion {
  private Suggestion() {}

  /** {@code "; did you mean 'batch'?"}, or nothing when no name is near. */
  static String of(String written, Collection<String> names) {
    String nearest = "";
    int least = Math.max(2, written.length() / 3) + 1;
    for (String name : names) {
      int distance = name.startsWith(written) && written.length() > 1 ? 1 : distance(written, name);
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest.isEmpty() ? "" : "; did you mean '%s'?".formatted(nearest);
  }

  /** How many letters to add, drop or change (Levenshtein). */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
