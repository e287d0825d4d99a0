package dev.ringside.lab.study;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.RealScheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a study: its simulated points side by side, one on each of the machine's cores, and those at
 * full speed one after the other. What comes of a point does not depend on that.
 */
public final class StudyRunner {
  /** Requests of a run that shows how long the others will take. */
  private static final long SAMPLE = 5_000;

  /** For so long such runs are repeated: the first ones load classes. */
  private static final long SAMPLING_NS = 500_000_000;

  /** Fewer requests than this take seconds, however slow they are. */
  private static final long TOO_FEW_TO_ASK = 1_000_000;

  private static final long TOO_FEW_TO_ASK_AT_FULL_SPEED = 20_000;

  private static final double NS_PER_SECOND = 1e9;

  private final StudyPlan plan;

  private StudyRunner(StudyPlan plan) {
    this.plan = plan;
  }

  /**
   * A study that has not started.
   *
   * @throws ExperimentException when a point of it could not be run
   */
  public static StudyRunner of(Experiment experiment) throws ExperimentException {
    return new StudyRunner(StudyPlan.of(ExperimentReader.checked(experiment)));
  }

  /** The experiment with everything that it did not say itself. */
  public Experiment experiment() {
    return plan.experiment();
  }

  /** How many points there are. */
  public int points() {
    return plan.runs().size();
  }

  /**
   * About how long it will take on this machine, in seconds, found by short runs of the first, the
   * middle and the last point; 0 when it is too short to matter.
   */
  public double estimateSeconds() throws IOException {
    if (plan.requests() < (hasFullSpeed() ? TOO_FEW_TO_ASK_AT_FULL_SPEED : TOO_FEW_TO_ASK)) {
      return 0;
    }
    List<StudyPlan.Run> runs = plan.runs();
    double nsPerRequest = 0;
    int[] samples = {0, runs.size() / 2, runs.size() - 1};
    for (int index : samples) {
      nsPerRequest += sample(runs.get(index)) / samples.length;
    }
    return nsPerRequest * plan.requests() / parallelism() / NS_PER_SECOND;
  }

  /** How long a request of a run takes at best, in nanoseconds. */
  private static double sample(StudyPlan.Run run) throws IOException {
    long requests = Math.min(SAMPLE, run.settings().workload().requests());
    RunSettings shorter = run.settings().withRequests(requests);
    Clock clock = new RealScheduler().clock();
    StageLatencies latencies = new StageLatencies();
    long first = clock.nanoTime();
    long best = Long.MAX_VALUE;
    while (clock.nanoTime() - first < SAMPLING_NS) {
      long start = clock.nanoTime();
      PointRun.of(run.point(), shorter, latencies, null);
      best = Math.min(best, clock.nanoTime() - start);
    }
    return (double) best / requests;
  }

  private boolean hasFullSpeed() {
    return plan.runs().stream().anyMatch(run -> run.settings().fullSpeed());
  }

  private int parallelism() {
    return hasFullSpeed() ? 1 : Math.min(Runtime.getRuntime().availableProcessors(), points());
  }

  /**
   * Runs all points.
   *
   * @throws RunFailedException when one does not come to its end; the others are given up
   * @throws IOException when a trace or an image cannot be used
   */
  public StudyResult run(StudyProgress progress) throws IOException {
    // First, since a recording that cannot be read is known at once.
    List<Reference> references = new ArrayList<>();
    for (Recording recording : plan.experiment().recordings()) {
      references.addAll(recording.references());
    }
    ReentrantLock lock = new ReentrantLock();
    ThreadLocal<StageLatencies> latencies = ThreadLocal.withInitial(StageLatencies::new);
    ExecutorService workers =
        Executors.newFixedThreadPool(
            parallelism(), Thread.ofPlatform().name("study-", 0).daemon().factory());
    try {
      List<Future<PointResult>> futures = new ArrayList<>();
      for (StudyPlan.Run run : plan.runs()) {
        futures.add(
            workers.submit(
                () -> {
                  PointResult result =
                      PointRun.of(run.point(), run.settings(), latencies.get(), null);
                  lock.lock();
                  try {
                    progress.ended(result);
                  } finally {
                    lock.unlock();
                  }
                  return result;
                }));
      }
      List<PointResult> results = new ArrayList<>();
      for (Future<PointResult> future : futures) {
        results.add(outcome(future));
      }
      return StudyLaws.check(plan, results).beside(references);
    } finally {
      workers.shutdownNow();
    }
  }

  private static PointResult outcome(Future<PointResult> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the study was stopped");
    } catch (ExecutionException ended) {
      switch (ended.getCause()) {
        case UncheckedIOException io -> throw io.getCause();
        case IOException io -> throw io;
        case RunFailedException failed -> throw failed;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(ended.getCause());
      }
    }
  }

  /**
   * Runs one point of a simulated study again, and shows somebody its events.
   *
   * @param number of the point
   */
  public void replay(int number, EventSink witness) throws IOException {
    StudyPlan.Run run = plan.runs().get(number);
    PointRun.of(run.point(), run.settings(), new StageLatencies(), witness);
  }

  /** Whether a point runs on real threads, so that it cannot be repeated. */
  public boolean isFullSpeed(int number) {
    return plan.runs().get(number).settings().fullSpeed();
  }
}
