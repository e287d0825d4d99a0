package dev.ringside.lab.study;

import java.util.List;

/**
 * An experiment and what came of it.
 *
 * @param points in the order of their numbers
 * @param remarks on the whole of it, a paragraph each: where it was run, what fell short and why
 */
public record StudyResult(Experiment experiment, List<PointResult> points, List<String> remarks) {
  public StudyResult {
    points = List.copyOf(points);
    remarks = List.copyOf(remarks);
  }
}
