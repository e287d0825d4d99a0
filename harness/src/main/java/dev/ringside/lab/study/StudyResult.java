package dev.ringside.lab.study;

import java.util.List;

/**
 * An experiment and what came of it.
 *
 * @param points in the order of their numbers
 * @param remarks on the whole of it, a paragraph each: where it was run, what fell short and why
 * @param checks the laws that speak of all points together
 * @param references what was recorded elsewhere and belongs beside the points
 */
public record StudyResult(
    Experiment experiment,
    List<PointResult> points,
    List<String> remarks,
    List<Check> checks,
    List<Reference> references) {
  public StudyResult {
    points = List.copyOf(points);
    remarks = List.copyOf(remarks);
    checks = List.copyOf(checks);
    references = List.copyOf(references);
  }

  /** Of points that stand alone. */
  public StudyResult(Experiment experiment, List<PointResult> points, List<String> remarks) {
    this(experiment, points, remarks, List.of(), List.of());
  }

  /** The same, with what was recorded elsewhere beside it. */
  StudyResult beside(List<Reference> recorded) {
    return new StudyResult(experiment, points, remarks, checks, recorded);
  }
}
