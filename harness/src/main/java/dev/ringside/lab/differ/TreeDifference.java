package dev.ringside.lab.differ;

import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Compares two trees. */
final class TreeDifference {
  private static final int SHOWN = 5;

  private TreeDifference() {}

  /** Lists a tree. */
  interface Listing {
    SortedMap<String, String> list() throws IOException;
  }

  static Optional<Difference> between(String where, Listing ours, Listing theirs)
      throws IOException {
    SortedMap<String, String> expected = theirs.list();
    SortedMap<String, String> got;
    try {
      got = ours.list();
    } catch (IOException | RuntimeException inside) {
      return Optional.of(Difference.atTheEnd(where, Failures.describe(inside), "a tree"));
    }
    return between(where, got, expected);
  }

  static Optional<Difference> between(
      String where, SortedMap<String, String> ours, SortedMap<String, String> theirs) {
    SortedSet<String> paths = new TreeSet<>(ours.keySet());
    paths.addAll(theirs.keySet());
    StringBuilder left = new StringBuilder();
    StringBuilder right = new StringBuilder();
    int different = 0;
    for (String path : paths) {
      String mine = ours.getOrDefault(path, "absent");
      String other = theirs.getOrDefault(path, "absent");
      if (!mine.equals(other) && different++ < SHOWN) {
        left.append("\n    ").append(path).append(": ").append(mine);
        right.append("\n    ").append(path).append(": ").append(other);
      }
    }
    return different == 0
        ? Optional.empty()
        : Optional.of(
            Difference.atTheEnd(
                "%s: %d of %d files".formatted(where, different, paths.size()),
                left.toString(),
                right.toString()));
  }
}
