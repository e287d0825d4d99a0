package dev.ringside.lab.live;

import dev.ringside.driver.DriverStats;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
import dev.ringside.storage.NullStorage;
import java.util.ArrayDeque;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * A run at full speed on real threads, which begins stopped. It notes no events; whoever looks
 * takes a sample of the ring and of the driver's counters, in which one number may be a moment
 * older than another.
 */
final class RealRun implements AutoCloseable {
  private static final long SECTORS = 1L << 21;
  private static final long MAX_LATENCY_NS = 3_600_000_000_000L;
  private static final int LATENCY_DIGITS = 3;

  private final Scheduler scheduler;
  private final SingleWriterRecorder recorder =
      new SingleWriterRecorder(MAX_LATENCY_NS, LATENCY_DIGITS);
  private final Histogram latency = new Histogram(MAX_LATENCY_NS, LATENCY_DIGITS);
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private final VirtualMachine machine;
  private final CurrentRing ring;
  private final Task workload;
  private final Signal goOn = new Signal();
  private volatile boolean going;
  private volatile boolean closing;
  private volatile @Nullable RuntimeException failure;

  // How long it went, for its own time: that of a stopped run stands still.
  private long wentNs;
  private long wentSince;
  private Counters sampled;
  private long sampledNs;

  /** Starts the machine and the guest's task, which waits. */
  RealRun(LiveSettings settings, Scheduler scheduler) {
    this.scheduler = scheduler;
    machine =
        VirtualMachine.start(settings.machine(), new NullStorage(SECTORS), scheduler, EventLog.OFF);
    ring = new CurrentRing(machine);
    sampled = counters(machine.disk().stats());
    RandomStreams streams = new RandomStreams(settings.number(LiveSetting.SEED));
    workload =
        scheduler.start(
            "workload",
            () -> work(new ClosedLoop(machine.disk(), scheduler, settings, streams, this::took)));
  }

  private void work(ClosedLoop loop) {
    try {
      loop.run(this::mayGoOn);
    } catch (RuntimeException broken) {
      failure = broken;
    }
  }

  private void took(long nanoseconds) {
    recorder.recordValue(Math.clamp(nanoseconds, 0, MAX_LATENCY_NS));
  }

  /** Asked by the guest's task before each list. */
  private boolean mayGoOn() {
    while (!going && !closing) {
      goOn.await();
    }
    return !closing;
  }

  /** Lets it run, or stops it after the present list of requests. */
  void setGoing(boolean wanted) {
    if (wanted == going) {
      return;
    }
    long now = scheduler.clock().nanoTime();
    if (wanted) {
      wentSince = now;
    } else {
      wentNs += now - wentSince;
    }
    going = wanted;
    goOn.raise();
  }

  private long timeNs() {
    return wentNs + (going ? scheduler.clock().nanoTime() - wentSince : 0);
  }

  /**
   * Takes a sample.
   *
   * @throws IllegalStateException when the guest's task failed
   */
  RunState state() {
    if (failure != null) {
      throw new IllegalStateException("the guest's task failed", failure);
    }
    ring.hasChanged();
    VirtioBlkDriver disk = machine.disk();
    Histogram interval = recorder.getIntervalHistogram();
    latency.add(interval);
    Counters now = counters(disk.stats());
    long timeNs = timeNs();
    int inFlight = disk.inFlight();
    if (now.completed() > sampled.completed() && timeNs > sampledNs) {
      if (samples.size() == Sample.KEPT) {
        samples.poll();
      }
      samples.add(
          Sample.between(timeNs, timeNs - sampledNs, inFlight, interval.getMean(), sampled, now));
      sampled = now;
      sampledNs = timeNs;
    }
    return new RunState(
        0,
        timeNs,
        "",
        ring.reader().snapshot(),
        inFlight,
        false,
        false,
        List.of(),
        List.of(),
        now,
        LatencySummary.of(latency),
        null,
        null,
        List.copyOf(samples));
  }

  private Counters counters(DriverStats stats) {
    long requests = stats.requests();
    return new Counters(
        requests,
        stats.kicksAsked(),
        stats.kicksSent(),
        stats.kicksSuppressed(),
        stats.interrupts(),
        0,
        0,
        Math.max(0, requests - machine.disk().inFlight()),
        0,
        0);
  }

  /** Ends the guest's task and the machine. */
  @Override
  public void close() {
    closing = true;
    goOn.raise();
    try {
      workload.join();
    } finally {
      machine.close();
    }
  }
}
