package dev.ringside.lab.study;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.BatchPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The laws that a single run should obey, as far as they apply to it. */
final class PointLaws {
  /** What summing in floating point leaves. */
  private static final double ROUNDING = 1e-9;

  /** What chance leaves of a mean over some thousand gaps. */
  private static final double CHANCE = 0.05;

  /** Below this many interrupts, chance leaves more. */
  private static final double ENOUGH_INTERRUPTS = 200;

  /** Above this share of time at work, completions bunch, and do not come one by one. */
  private static final double LIGHT_LOAD = 0.2;

  /** A delay of so many times the gaps of a whole count is as good as never reached. */
  private static final double DELAY_GAPS = 3;

  private static final double NS_PER_SECOND = 1e9;

  private final RunSettings settings;
  private final RunMeter meter;
  private final Map<Metric, Double> metrics;
  private final List<Check> checks = new ArrayList<>();

  private PointLaws(RunSettings settings, RunMeter meter, Map<Metric, Double> metrics) {
    this.settings = settings;
    this.meter = meter;
    this.metrics = metrics;
  }

  /** Checks a run that has ended. */
  static List<Check> of(RunSettings settings, RunMeter meter, Map<Metric, Double> metrics) {
    PointLaws laws = new PointLaws(settings, meter, metrics);
    if (meter.requests() > 0) {
      laws.checkLittle();
      laws.checkBatches();
      laws.checkCoalescing();
    }
    return laws.checks;
  }

  private void checkLittle() {
    double elapsed = meter.elapsed();
    if (elapsed == 0) {
      return;
    }
    double rate = meter.requests() / elapsed;
    double wait = (double) meter.ringTime() / meter.requests();
    checks.add(
        new Check(
            "Little's law",
            rate * wait,
            meter.occupancyIntegral() / elapsed,
            ROUNDING,
            "requests in the ring = rate * time in the ring; always"));
  }

  private void checkBatches() {
    Workload workload = settings.workload();
    boolean inBatches = workload.arrival() instanceof Arrival.Closed && !workload.refills();
    boolean undisturbed = settings.faults().isEmpty() && settings.broken() == BrokenRule.NONE;
    if (!inBatches || !undisturbed || settings.fullSpeed()) {
      return;
    }
    BatchPolicy policy = settings.machine().driver().batching();
    if (policy instanceof BatchPolicy.EveryRequest) {
      checkPublications(1);
    } else if (policy instanceof BatchPolicy.Every(int requests)) {
      checkPublications(requests);
    } else if (policy instanceof BatchPolicy.Plug(int limit)) {
      checkPublications(limit);
      if (workload.queueDepth() <= limit) {
        checkKicks(workload.queueDepth());
      }
    } else if (policy instanceof BatchPolicy.OnLast) {
      checkPublications(workload.queueDepth());
      checkKicks(workload.queueDepth());
    }
  }

  private void checkKicks(int depth) {
    if (settings.machine().device().service().waiting() instanceof WaitPolicy.Sleep) {
      checks.add(
          new Check(
              "kicks per request = 1/N",
              publications(depth) / meter.requests(),
              metrics.getOrDefault(Metric.KICKS_PER_REQUEST, Double.NaN),
              ROUNDING,
              "N is the queue depth: a closed loop of batches, and a device that sleeps"));
    }
  }

  private void checkPublications(int batch) {
    checks.add(
        new Check(
            "publications per request = 1/N",
            publications(batch) / meter.requests(),
            (double) meter.publications() / meter.requests(),
            ROUNDING,
            "N is the driver's batch: a closed loop of batches in simulated time"));
  }

  /** How often the available index is published when each batch of the loop is cut into these. */
  private double publications(int batch) {
    int depth = settings.workload().queueDepth();
    double sum = 0;
    for (int queue = 0; queue < settings.machine().driver().queues(); queue++) {
      long requests = settings.requestsOf(queue);
      sum += requests / depth * Math.ceilDiv(depth, batch);
      sum += Math.ceilDiv(requests % depth, batch);
    }
    return sum;
  }

  private void checkCoalescing() {
    if (!(settings.machine().device().service().coalescing()
            instanceof CoalescingPolicy.CountOrTime(int entries, long delayNs))
        || !(settings.workload().arrival() instanceof Arrival.Poisson(double perSecond))
        || settings.machine().driver().queues() > 1
        || settings.fullSpeed()) {
      return;
    }
    double gap = NS_PER_SECOND / perSecond;
    double interrupts = metrics.getOrDefault(Metric.INTERRUPTS_PER_REQUEST, 0.0) * meter.requests();
    // The count decides, not the time: gaps that add up to the delay are too rare to be seen.
    boolean byCount = delayNs > DELAY_GAPS * entries * gap;
    ServiceSettings service = settings.machine().device().service();
    int units = service.model().units(service.workers());
    boolean light = metrics.getOrDefault(Metric.IN_SERVICE_MEAN, 1.0) / units < LIGHT_LOAD;
    if (byCount && light && interrupts >= ENOUGH_INTERRUPTS) {
      checks.add(
          new Check(
              "coalescing adds (B-1)/2 gaps",
              (entries - 1) / 2.0 * gap,
              metrics.getOrDefault(Metric.COALESCING_WAIT, Double.NaN),
              CHANCE,
              "Poisson arrivals at a light load, and a delay that is never reached"));
    }
  }
}
