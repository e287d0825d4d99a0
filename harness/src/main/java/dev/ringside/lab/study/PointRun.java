package dev.ringside.lab.study;

import dev.ringside.driver.DiskQueue;
import dev.ringside.driver.RecoveryPolicy;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.fault.Faults;
import dev.ringside.lab.replay.TraceRequests;
import dev.ringside.lab.replay.TraceSurvey;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.Cost;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a study: puts a machine together, gives it its work, and measures it. */
final class PointRun {
  private final StudyPoint point;
  private final RunSettings settings;
  private final StageLatencies latencies;
  private final RunMeter meter;
  private final RandomStreams streams;
  private final List<MeteredQueue> queues = new ArrayList<>();
  private @Nullable Exception failure;

  private PointRun(StudyPoint point, RunSettings settings, StageLatencies latencies) {
    this.point = point;
    this.settings = settings;
    this.latencies = latencies;
    this.meter =
        new RunMeter(
            settings.machine().driver().queues(),
            latencies,
            settings.machine().costs().of(Cost.INTERRUPT));
    this.streams = new RandomStreams(point.seed());
  }

  /**
   * Runs a point.
   *
   * @param latencies to work with; what is in it is lost
   * @param witness sees every event, too; null for none
   * @throws RunFailedException when the run does not come to its end
   * @throws IOException when a trace or an image cannot be used
   */
  static PointResult of(
      StudyPoint point, RunSettings settings, StageLatencies latencies, @Nullable EventSink witness)
      throws IOException {
    PointRun run = new PointRun(point, settings, latencies);
    try (RunDisk disk = RunDisk.open(settings)) {
      return settings.fullSpeed() ? run.atFullSpeed(disk, witness) : run.simulated(disk, witness);
    } catch (RuntimeException ended) {
      throw new RunFailedException(point, ended);
    }
  }

  private PointResult simulated(RunDisk disk, @Nullable EventSink witness) throws IOException {
    RunHash hash = new RunHash();
    SimulatedScheduler scheduler = new SimulatedScheduler(streams, hash);
    EventSink sink =
        witness == null
            ? meter
            : (time, track, type, first, second) -> {
              meter.event(time, track, type, first, second);
              witness.event(time, track, type, first, second);
            };
    try (EventLog events = EventLog.streaming(scheduler.clock(), hash, sink)) {
      scheduler.run(() -> attempt(disk, scheduler, events));
    } catch (IllegalStateException stuck) {
      // Tasks that wait for a run that failed are no news.
      if (failure == null) {
        throw stuck;
      }
    }
    throwFailure();
    return result(hash.toString());
  }

  private PointResult atFullSpeed(RunDisk disk, @Nullable EventSink witness) throws IOException {
    if (witness != null) {
      throw new IllegalStateException("events are seen as they happen in simulated time only");
    }
    Scheduler scheduler = new RealScheduler();
    try (EventLog events = EventLog.recording(scheduler.clock())) {
      attempt(disk, scheduler, events);
      throwFailure();
      Map<String, Integer> tracks = new HashMap<>();
      List<EventLog.Event> kept = events.events();
      for (EventLog.Event event : kept.subList(0, endOfWork(kept))) {
        int track = tracks.computeIfAbsent(event.track(), name -> tracks.size());
        meter.event(
            event.time(), track, event.track(), event.type(), event.first(), event.second());
      }
      meter.finish();
    }
    return result("");
  }

  /** What comes after the last request is the machine's end. */
  private static int endOfWork(List<EventLog.Event> events) {
    int end = events.size();
    while (end > 0 && events.get(end - 1).type() != EventType.REAP) {
      end--;
    }
    return end;
  }

  private void attempt(RunDisk disk, Scheduler scheduler, EventLog events) {
    try {
      work(disk, scheduler, events);
    } catch (IOException | RuntimeException ended) {
      failure = ended;
    }
  }

  private void throwFailure() throws IOException {
    switch (failure) {
      case null -> {}
      case UncheckedIOException io -> throw io.getCause();
      case IOException io -> throw io;
      case RuntimeException runtime -> throw runtime;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void work(RunDisk disk, Scheduler scheduler, EventLog events) throws IOException {
    Faults faults =
        settings.faults().isEmpty()
            ? null
            : new Faults(settings.faults(), streams, scheduler, events);
    boolean recovers = faults != null || settings.broken() != BrokenRule.NONE;
    MachineSettings machine = settings.brokenMachine();
    if (recovers) {
      machine = machine.withDriver(machine.driver().withRecovery(RecoveryPolicy.RESUBMIT));
    }
    try (VirtualMachine vm =
        VirtualMachine.start(machine, disk.storage(), scheduler, events, faults)) {
      VirtioBlkDriver driver = vm.disk();
      if (driver.limits().sectors() < disk.storage().sectors()) {
        throw new IOException(
            "the device has %d sectors, and the run asks for %d"
                .formatted(driver.limits().sectors(), disk.storage().sectors()));
      }
      for (DiskQueue queue : driver.queues()) {
        queues.add(
            new MeteredQueue(
                driver,
                queue,
                meter,
                settings.machine().driver().batching(),
                settings.ring().indirect(),
                recovers));
      }
      List<Task> others = new ArrayList<>();
      for (MeteredQueue queue : queues.subList(1, queues.size())) {
        others.add(
            scheduler.start(
                "submitter-" + queue.queue().number(), () -> load(queue, disk, scheduler, events)));
      }
      load(queues.getFirst(), disk, scheduler, events);
      others.forEach(Task::join);
      if (!settings.fullSpeed()) {
        meter.finish();
      }
    }
  }

  private void load(MeteredQueue queue, RunDisk disk, Scheduler scheduler, EventLog events) {
    Workload workload = settings.workload();
    FrameAllocator frames = queue.queue().frames();
    long bufferBytes = bufferBytes(disk.trace());
    long buffer = frames.allocate(bufferBytes);
    try {
      switch (workload.arrival()) {
        case Arrival.Closed() -> close(queue, shaped(queue, disk), scheduler, buffer);
        case Arrival.Poisson poisson -> new OpenLoop(queue, shaped(queue, disk), buffer).run();
        case Arrival.Trace trace -> {
          RequestSource recorded = recorded(queue, disk.trace());
          if (workload.recordedPace()) {
            new OpenLoop(queue, recorded, buffer).run();
          } else {
            close(queue, recorded, scheduler, buffer);
          }
        }
        case Arrival.Ext4Image image -> new TreeRead(events).run(queue);
      }
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    } finally {
      frames.free(buffer, bufferBytes);
    }
  }

  private long bufferBytes(@Nullable TraceSurvey trace) {
    return trace == null
        ? settings.workload().size()
        : Math.max(Math.max(trace.largestRead(), trace.largestWrite()), 1);
  }

  private void close(MeteredQueue queue, RequestSource source, Scheduler scheduler, long buffer) {
    Workload workload = settings.workload();
    ClosedLoop loop =
        new ClosedLoop(queue, source, scheduler, workload.queueDepth(), workload.thinkNs(), buffer);
    if (workload.refills()) {
      loop.runRefilling();
    } else {
      loop.runInBatches();
    }
  }

  private RequestSource shaped(MeteredQueue queue, RunDisk disk) {
    int count = queues.size();
    int number = queue.queue().number();
    return new ShapedRequests(
        settings.workload(),
        settings.requestsOf(number),
        disk.storage().sectors() * (long) Storage.SECTOR_SIZE,
        (double) number / count,
        streams.stream("requests-" + number),
        streams.stream("arrivals-" + number));
  }

  private static RequestSource recorded(MeteredQueue queue, @Nullable TraceSurvey trace)
      throws IOException {
    if (trace == null) {
      throw new IllegalStateException("no trace");
    }
    return new RecordedRequests(
        TraceRequests.read(trace, queue.queue().limits()), queue.queue().limits());
  }

  private PointResult result(String runHash) {
    Map<Metric, Double> metrics = meter.metrics();
    long submitted = queues.stream().mapToLong(MeteredQueue::submitted).sum();
    long descriptors = queues.stream().mapToLong(MeteredQueue::descriptors).sum();
    metrics.put(Metric.DESCRIPTORS_PER_REQUEST, (double) descriptors / submitted);
    metrics.put(Metric.FAILED, (double) queues.stream().mapToLong(MeteredQueue::failed).sum());
    metrics.put(
        Metric.LOST_WAKEUPS,
        (double)
            (meter.lostInterrupts() + queues.stream().mapToLong(MeteredQueue::recoveries).sum()));
    return new PointResult(
        point,
        metrics,
        latencies.copies(),
        meter.requestsPerKick(),
        meter.completionsPerInterrupt(),
        meter.occupancy(),
        PointLaws.of(settings, meter, metrics),
        runHash);
  }
}
