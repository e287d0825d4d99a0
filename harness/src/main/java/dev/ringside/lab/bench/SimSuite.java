package dev.ringside.lab.bench;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.ServiceModel;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How fast simulated time runs: requests in a closed loop through a split ring onto a storage that
 * keeps nothing, on one core. Every sample is a run of its own, machine and all.
 *
 * @param samples of each figure, after as many to warm up
 * @param requests of each sample
 */
public record SimSuite(int samples, int requests) {
  /** Simulated latencies are kept up to this. */
  private static final long MAX_LATENCY_NS = 1_000_000_000;

  private static final double NANOSECONDS_PER_SECOND = 1e9;

  /** What is varied. */
  public enum Scenario {
    /** Nothing takes time. */
    ZERO("zero", "none", 0),
    /** Exits and interrupts take time. */
    KVM("kvm", "none", 0),
    /** The disk does, too: each request ends at a moment of its own. */
    KVM_FLASH("kvm", "exponential:80us x8", 0),
    /** Two workers carry requests out. */
    KVM_WORKERS("kvm", "none", 2);

    private final String costs;
    private final String service;
    private final int workers;

    Scenario(String costs, String service, int workers) {
      this.costs = costs;
      this.service = service;
      this.workers = workers;
    }

    /** In the words of the command line. */
    @Override
    public String toString() {
      return "%s, %s, workers %d".formatted(costs, service, workers);
    }
  }

  /**
   * One line of the table.
   *
   * @param depth requests in flight
   * @param events whether events are hashed and looked at as they happen
   * @param requestsPerSecond of real time, the median
   * @param least of the samples
   * @param most of the samples
   * @param eventsPerRequest that were noted
   */
  public record Row(
      Scenario scenario,
      int depth,
      boolean events,
      double requestsPerSecond,
      double least,
      double most,
      double eventsPerRequest) {}

  /** Measures one line. */
  public Row measure(Scenario scenario, int depth, boolean events) {
    List<Double> rates = new ArrayList<>();
    long seen = 0;
    for (int sample = -samples; sample < samples; sample++) {
      long start = System.nanoTime();
      seen = run(scenario, depth, events, requests);
      double rate = requests * NANOSECONDS_PER_SECOND / (System.nanoTime() - start);
      if (sample >= 0) {
        rates.add(rate);
      }
    }
    Figure figure = Figure.ofSamples(rates);
    return new Row(
        scenario,
        depth,
        events,
        figure.median(),
        figure.least(),
        figure.most(),
        (double) seen / requests);
  }

  /**
   * What starting and ending a machine takes, without any request, in nanoseconds: the median of
   * the samples.
   */
  public double measureStart() {
    List<Double> times = new ArrayList<>();
    for (int sample = -10 * samples; sample < 10 * samples; sample++) {
      long start = System.nanoTime();
      run(Scenario.KVM, 1, true, 0);
      if (sample >= 0) {
        times.add((double) (System.nanoTime() - start));
      }
    }
    return Figure.ofSamples(times).median();
  }

  /** A whole run; says how many events it had. */
  private static long run(Scenario scenario, int depth, boolean events, int requests) {
    RunHash hash = new RunHash();
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), hash);
    Latencies latencies = new Latencies();
    try (EventLog log =
        events ? EventLog.streaming(scheduler.clock(), hash, latencies) : EventLog.OFF) {
      scheduler.run(
          () -> {
            MachineSettings settings =
                MachineSettings.DEFAULT
                    .withBatchPolicy(BatchPolicy.onLast())
                    .withCosts(CostModel.parse(scenario.costs))
                    .withService(ServiceModel.parse(scenario.service))
                    .withWorkers(scenario.workers);
            NullStorage storage = new NullStorage(RandomReads.SECTORS);
            try (VirtualMachine machine = VirtualMachine.start(settings, storage, scheduler, log)) {
              new ClosedLoop(machine.disk(), depth).run(requests);
            }
          });
    }
    return latencies.seen;
  }

  /** The least that a study does with every event: it counts, and keeps one latency. */
  private static final class Latencies implements EventSink {
    private final Histogram histogram = new Histogram(MAX_LATENCY_NS, 2);
    private final long[] submitted = new long[1 << 16];
    private long seen;

    @Override
    public void event(long time, EventLog.Track track, EventType type, long first, long second) {
      seen++;
      switch (type) {
        case SUBMIT -> submitted[(int) first & 0xffff] = time;
        case REAP ->
            histogram.recordValue(Math.min(time - submitted[(int) first & 0xffff], MAX_LATENCY_NS));
        default -> {
          // Counted is all.
        }
      }
    }
  }
}
