package dev.ringside.lab.report.plot;

/**
 * A measured place of a line.
 *
 * @param x along the axis below
 * @param y along the axis at the side; a gap in the line where it has no place
 * @param low least of the repetitions; equal to {@code y} when there is one
 * @param high largest of the repetitions
 * @param label beside it; mostly empty
 * @param tooltip what it says when pointed at; may be empty
 */
public record Dot(double x, double y, double low, double high, String label, String tooltip) {
  /** A value without repetitions and words. */
  public Dot(double x, double y) {
    this(x, y, y, y, "", "");
  }
}
