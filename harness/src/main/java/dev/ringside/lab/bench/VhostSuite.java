package dev.ringside.lab.bench;

import com.sun.management.ThreadMXBean;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.DriverStats;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.NullStorage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Random reads of 4 KiB from another program's device, so many in flight, beside the same in C: the
 * driver with interrupts, and spinning. The machine has slow moments, so all are measured in turn,
 * several rounds of it, and one word handed to another core and back says in which state it was.
 *
 * @param socket that the backend listens on
 * @param seconds of each measurement
 * @param rounds how often each is measured
 * @param reference absent on a machine without a C compiler
 */
public record VhostSuite(Path socket, int seconds, int rounds, Optional<CReference> reference) {
  private static final long NANOSECONDS = 1_000_000_000;
  private static final int CHUNK = 4096;
  private static final int WARM_UP_SECONDS = 2;
  private static final int SPIN_ROUND_TRIPS = 1_000_000;

  /** How the driver learns that a read has ended. */
  public enum Way {
    INTERRUPT,
    /** As {@code virtqueue_enable_cb_delayed} of Linux: when three quarters have ended. */
    DELAYED,
    SPIN;

    private CompletionPolicy policy() {
      return switch (this) {
        case INTERRUPT -> CompletionPolicy.INTERRUPT;
        case DELAYED -> new CompletionPolicy.DelayedInterrupt(3, 4);
        case SPIN -> CompletionPolicy.SPIN;
      };
    }
  }

  /**
   * What one way came to.
   *
   * @param rate reads per second
   * @param readsPerKick of the last round
   * @param readsPerInterrupt of the last round; not a number without interrupts
   * @param allocatedBytes of heap for each read, the most of any round
   */
  public record Outcome(
      Figure rate, double readsPerKick, double readsPerInterrupt, double allocatedBytes) {}

  /**
   * One line of the table.
   *
   * @param depth reads in flight
   * @param spin one word to the other core and back, in nanoseconds
   * @param reference reads per second of the C program; null without a compiler
   * @param outcomes of the driver
   */
  public record Row(
      int depth, Figure spin, @Nullable Figure reference, Map<Way, Outcome> outcomes) {
    /** How many times the reference's rate a way reaches; not a number without one. */
    public double ratio(Way way) {
      Outcome outcome = outcomes.get(way);
      return reference == null || outcome == null
          ? Double.NaN
          : outcome.rate().median() / reference.median();
    }
  }

  private record Sample(
      double rate, double readsPerKick, double readsPerInterrupt, double allocatedBytes) {}

  /** Has the JVM compile what will be measured. */
  public void warmUp() {
    for (Way way : Way.values()) {
      sample(way, 32, WARM_UP_SECONDS);
      sample(way, 1, WARM_UP_SECONDS);
    }
  }

  /**
   * Measures one depth.
   *
   * @throws IOException when the reference does not run
   */
  public Row measure(int depth) throws IOException {
    List<Double> spins = new ArrayList<>();
    List<Double> references = new ArrayList<>();
    Map<Way, List<Sample>> samples = new EnumMap<>(Way.class);
    for (int round = 0; round < rounds; round++) {
      spins.add(spin());
      if (reference.isPresent()) {
        references.add(
            reference.get().run(socket.toString(), String.valueOf(depth), String.valueOf(seconds)));
      }
      for (Way way : Way.values()) {
        samples.computeIfAbsent(way, key -> new ArrayList<>()).add(sample(way, depth, seconds));
      }
    }
    Map<Way, Outcome> outcomes = new EnumMap<>(Way.class);
    samples.forEach((way, all) -> outcomes.put(way, outcome(all)));
    return new Row(
        depth,
        Figure.ofSamples(spins),
        references.isEmpty() ? null : Figure.ofSamples(references),
        outcomes);
  }

  private static Outcome outcome(List<Sample> samples) {
    Sample last = samples.getLast();
    return new Outcome(
        Figure.ofSamples(samples.stream().map(Sample::rate).toList()),
        last.readsPerKick(),
        last.readsPerInterrupt(),
        samples.stream().mapToDouble(Sample::allocatedBytes).max().orElse(Double.NaN));
  }

  private Sample sample(Way way, int depth, int duration) {
    Scheduler scheduler = new RealScheduler();
    Clock clock = scheduler.clock();
    MachineSettings plain = MachineSettings.DEFAULT.withCompletionPolicy(way.policy());
    MachineSettings settings =
        plain
            .withDriver(plain.driver().withTimestamps(false))
            .withBackend(VhostUserTarget.at(socket));
    try (VirtualMachine machine =
        VirtualMachine.start(
            settings, new NullStorage(RandomReads.SECTORS), scheduler, EventLog.OFF)) {
      ClosedLoop loop = new ClosedLoop(machine.disk(), depth);
      loop.run(CHUNK);
      DriverStats stats = machine.disk().stats();
      long readsBefore = stats.completions();
      long kicksBefore = stats.kicksSent();
      long interruptsBefore = stats.interrupts();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long heapBefore = threads.getCurrentThreadAllocatedBytes();
      long start = clock.nanoTime();
      long end = start + duration * NANOSECONDS;
      long now = start;
      while (now < end) {
        loop.run(CHUNK);
        now = clock.nanoTime();
      }
      long heap = threads.getCurrentThreadAllocatedBytes() - heapBefore;
      double reads = stats.completions() - readsBefore;
      return new Sample(
          reads * NANOSECONDS / (now - start),
          reads / (stats.kicksSent() - kicksBefore),
          reads / (stats.interrupts() - interruptsBefore),
          heap / reads);
    }
  }

  private static double spin() {
    SpinReference reference = new SpinReference();
    reference.start();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < SPIN_ROUND_TRIPS; i++) {
        reference.roundTrip();
      }
      return (System.nanoTime() - start) / (double) SPIN_ROUND_TRIPS;
    } finally {
      stop(reference);
    }
  }

  private static void stop(SpinReference reference) {
    try {
      reference.stop();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
