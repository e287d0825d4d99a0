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

  boolean isAtTheEnd() {
    return step == AT_THE_END;
  }
}
