package dev.ringside.lab.study;

import dev.ringside.blk.ServiceSettings;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The law that the points of a study should obey together: where a batch of B requests costs c and
 * each request s, one takes {@code s + c/B}, and throughput has half of its limit at {@code B* =
 * c/s}, the half-point of amortisation.
 */
final class StudyLaws {
  /** How far the fitted half-point may be from the model's. */
  private static final double TOLERANCE = 0.01;

  private static final int ENOUGH_BATCHES = 3;

  /** The costs of a batch that the law knows. */
  private static final Set<Cost> HERE = Set.of(Cost.KICK, Cost.INTERRUPT);

  private final StudyPlan plan;
  private final List<PointResult> points;

  private StudyLaws(StudyPlan plan, List<PointResult> points) {
    this.plan = plan;
    this.points = points;
  }

  /** Puts the points and what they say together into a result. */
  static StudyResult check(StudyPlan plan, List<PointResult> points) {
    return new StudyResult(
        plan.experiment(), points, List.of(), new StudyLaws(plan, points).checks(), List.of());
  }

  private List<Check> checks() {
    List<double[]> line = new ArrayList<>();
    double perBatch = 0;
    double perRequest = 0;
    if (!List.of("queue-depth").equals(List.copyOf(plan.experiment().varied().keySet()))) {
      return List.of();
    }
    for (int i = 0; i < points.size(); i++) {
      RunSettings settings = plan.runs().get(i).settings();
      if (!isSerial(settings)) {
        return List.of();
      }
      Workload workload = settings.workload();
      CostModel costs = settings.machine().costs();
      perBatch = costs.of(Cost.KICK) + costs.of(Cost.INTERRUPT);
      perRequest = serviceNs(settings);
      if (costs.of(Cost.INTERRUPT) >= perRequest || !HERE.containsAll(costs.values().keySet())) {
        // Interrupts would not fit between completions, or something else costs time, too.
        return List.of();
      }
      if (workload.requests() % workload.queueDepth() == 0) {
        line.add(
            new double[] {
              1.0 / workload.queueDepth(),
              points.get(i).metric(Metric.ELAPSED) / workload.requests()
            });
      }
    }
    if (line.size() < ENOUGH_BATCHES || perBatch == 0 || perRequest == 0) {
      return List.of();
    }
    return List.of(
        new Check(
            "half-point B* = c/s",
            perBatch / perRequest,
            halfPoint(line),
            TOLERANCE,
            String.format(
                Locale.ROOT,
                "c = %.0f ns for a batch, s = %.0f ns for a request, over %d batch sizes; a device"
                    + " that serves one after the other, and a closed loop of batches",
                perBatch,
                perRequest,
                line.size())));
  }

  /** What each request takes, where that is always the same, one at a time; otherwise 0. */
  private static long serviceNs(RunSettings settings) {
    ServiceSettings service = settings.machine().device().service();
    return service.workers() == 0 && service.model() instanceof ServiceModel.Constant(long ns)
        ? ns
        : 0;
  }

  /** One request after the other, all of a batch announced and completed together. */
  private static boolean isSerial(RunSettings settings) {
    return !settings.fullSpeed()
        && settings.workload().arrival() instanceof Arrival.Closed
        && !settings.workload().refills()
        && settings.workload().thinkNs() == 0
        && settings.machine().driver().queues() == 1
        && settings.machine().driver().batching() instanceof BatchPolicy.OnLast
        && settings.machine().driver().completion().equals(CompletionPolicy.INTERRUPT)
        && settings.faults().isEmpty()
        && settings.broken() == BrokenRule.NONE;
  }

  /** Of the straight line through time per request over 1/B (least squares): slope by intercept. */
  private static double halfPoint(List<double[]> line) {
    double meanX = line.stream().mapToDouble(point -> point[0]).average().orElse(0);
    double meanY = line.stream().mapToDouble(point -> point[1]).average().orElse(0);
    double covariance = 0;
    double variance = 0;
    for (double[] point : line) {
      covariance += (point[0] - meanX) * (point[1] - meanY);
      variance += (point[0] - meanX) * (point[0] - meanX);
    }
    double slope = covariance / variance;
    return slope / (meanY - slope * meanX);
  }
}
