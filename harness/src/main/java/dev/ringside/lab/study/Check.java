package dev.ringside.lab.study;

/**
 * A law that a point should obey, and whether it does.
 *
 * @param law which, in a few words: the name in tables
 * @param expected what the law says
 * @param measured what the run did
 * @param tolerance the largest difference that counts as none, as a share of {@code expected}
 * @param remark under which conditions the law holds, or why it does not here
 */
public record Check(String law, double expected, double measured, double tolerance, String remark) {
  /** Whether the run obeyed. */
  public boolean holds() {
    return Math.abs(measured - expected) <= tolerance * Math.abs(expected);
  }
}
