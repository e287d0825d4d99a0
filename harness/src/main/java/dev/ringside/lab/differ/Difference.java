package dev.ringside.lab.differ;

/**
 * What the two sides do not agree on.
 *
 * @param where the operation, or the check at the end
 * @param step number of the operation; -1 for a check at the end
 * @param ours what Ringside said
 * @param theirs what the kernel said
 */
public record Difference(String where, int step, String ours, String theirs) {
  static final int AT_THE_END = -1;

  static Difference atTheEnd(String where, String ours, String theirs) {
    return new Difference(where, AT_THE_END, ours, theirs);
  }

  /** Whether the other is the same finding in another sequence: the same thing done, and said. */
  boolean isLike(Difference other) {
    return kind().equals(other.kind());
  }

  /** The operation without its arguments, and what came of it as far as it is no data. */
  String kind() {
    String operation = where.replaceAll("^\\d+: |\\[.*|\\(.*|: .*", "");
    return operation + ": " + word(ours) + " / " + word(theirs);
  }

  private static String word(String outcome) {
    return outcome.strip().split("[ \n]", 2)[0].replaceAll("\\d+", "N");
  }

  boolean isAtTheEnd() {
    return step == AT_THE_END;
  }
}
