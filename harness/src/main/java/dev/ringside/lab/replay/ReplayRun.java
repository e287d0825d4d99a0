package dev.ringside.lab.replay;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.Faults;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Starts a machine, replays a trace on it, and stops it: at full speed or in simulated time.
 *
 * <p>The driver is told to leave the kicks to the replay, which kicks once a batch.
 */
public final class ReplayRun {
  private final TraceSurvey survey;
  private final ReplaySettings settings;
  private final ReplayProgress progress;

  /** A run that has not started. */
  public ReplayRun(TraceSurvey survey, ReplaySettings settings, ReplayProgress progress) {
    this.survey = survey;
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Runs on the machine's clock and platform threads.
   *
   * @param storage the disk; the caller closes it
   * @param seed where the faults' choices come from; without a fault plan it does nothing
   * @throws BatchTooLargeException when the queue does not take the batch
   */
  public ReplayReport atFullSpeed(Storage storage, long seed) throws IOException {
    Scheduler scheduler = new RealScheduler();
    try (EventLog events =
        settings.recordEvents() ? EventLog.recording(scheduler.clock()) : EventLog.OFF) {
      return replay(storage, scheduler, events, new RandomStreams(seed))
          .withEvents(recorded(events));
    }
  }

  /**
   * Runs in simulated time; the same seed gives the same run and the same hash. A machine on which
   * nothing happens at the same time, one without workers, leaves nothing to chance: its runs are
   * alike under all seeds, and so are their hashes.
   *
   * @param storage the disk; the caller closes it
   * @throws BatchTooLargeException when the queue does not take the batch
   */
  public ReplayReport simulated(Storage storage, long seed) throws IOException {
    RunHash hash = new RunHash();
    RandomStreams streams = new RandomStreams(seed);
    SimulatedScheduler scheduler = new SimulatedScheduler(streams, hash);
    try (EventLog events = EventLog.hashing(scheduler.clock(), hash, settings.recordEvents())) {
      Outcome outcome = new Outcome();
      scheduler.run(() -> outcome.take(() -> replay(storage, scheduler, events, streams)));
      return outcome.get().withRunHash(hash.toString()).withEvents(recorded(events));
    }
  }

  private List<EventLog.Event> recorded(EventLog events) {
    return settings.recordEvents() ? events.events() : List.of();
  }

  private ReplayReport replay(
      Storage storage, Scheduler scheduler, EventLog events, RandomStreams streams)
      throws IOException {
    FaultPlan plan = settings.faults();
    Faults faults = plan.isEmpty() ? null : new Faults(plan, streams, scheduler, events);
    try (VirtualMachine machine =
        VirtualMachine.start(machineSettings(), storage, scheduler, events, faults)) {
      VirtioBlkDriver disk = machine.disk();
      if (settings.machine().backend() != null) {
        survey.requireFits("the device", disk.limits().sectors());
      }
      if (settings.batch() > disk.limits().queueDepth()) {
        throw new BatchTooLargeException(settings.batch(), disk.limits().queueDepth());
      }
      Notifications before = Notifications.of(disk.stats());
      try (Replayer replayer = new Replayer(disk, survey, settings.batch())) {
        if (faults != null) {
          // A device that was made to fail is begun with again; any other failure ends the run.
          replayer.recoverWith(disk::recover);
        }
        ReplayResult result = replayer.run(settings.repeat(), progress);
        Notifications after = Notifications.of(disk.stats());
        Optional<String> ring =
            settings.dumpRing() ? Optional.of(machine.dumpRing()) : Optional.empty();
        Optional<FaultReport> wrong =
            Optional.ofNullable(faults)
                .map(decided -> FaultReport.of(decided.report(), disk.stats()));
        return new ReplayReport(
            result, after.since(before), Optional.empty(), ring, wrong, List.of());
      }
    }
  }

  private MachineSettings machineSettings() {
    MachineSettings machine = settings.machine().withBatchPolicy(BatchPolicy.onLast());
    long buffers = Replayer.guestMemoryBytes(survey, settings.batch());
    long frames = Math.ceilDiv(machine.memoryBytes() + buffers, GuestMemory.FRAME_SIZE);
    return machine.withMemoryBytes(frames * GuestMemory.FRAME_SIZE);
  }

  /** Carries a report or an exception out of a task, whose scheduler would wrap it. */
  private static final class Outcome {
    private @Nullable ReplayReport report;
    private @Nullable RuntimeException failure;

    void take(Attempt attempt) {
      try {
        report = attempt.run();
      } catch (IOException io) {
        failure = new UncheckedIOException(io);
      } catch (RuntimeException runtime) {
        failure = runtime;
      }
    }

    ReplayReport get() throws IOException {
      if (failure instanceof UncheckedIOException io) {
        throw io.getCause();
      }
      if (failure != null) {
        throw failure;
      }
      if (report == null) {
        throw new IllegalStateException("the run ended without a report");
      }
      return report;
    }
  }

  @FunctionalInterface
  private interface Attempt {
    ReplayReport run() throws IOException;
  }
}
