package dev.ringside.lab.live;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockRequest;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.Scheduler;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * A guest's task that keeps some requests in flight: reads and writes, a new one for each
 * completion, or a list of them when all of the last are done. It kicks at the end of each list,
 * unless the batch policy is one that holds requests back for longer.
 */
final class ClosedLoop {
  private final BlockDevice disk;
  private final Scheduler scheduler;
  private final RandomGenerator random;
  private final int bytes;
  private final long places;
  private final int readPercent;
  private final long thinkNs;
  private final boolean refillsTogether;
  private final boolean kicksEachList;
  private final boolean sequential;
  private final long[] buffers;
  private final ArrayDeque<Slot> idle = new ArrayDeque<>();
  private final LongConsumer latencies;
  private long nextPlace;

  /**
   * Takes guest memory for its requests.
   *
   * @param latencies gets each request's time in nanoseconds
   */
  ClosedLoop(
      BlockDevice disk,
      Scheduler scheduler,
      LiveSettings settings,
      RandomStreams streams,
      LongConsumer latencies) {
    this.disk = disk;
    this.scheduler = scheduler;
    this.random = streams.stream("workload");
    this.bytes = settings.count(LiveSetting.SIZE);
    this.places = disk.limits().sectors() * 512 / bytes;
    this.readPercent = settings.count(LiveSetting.READS);
    this.thinkNs = settings.number(LiveSetting.THINK_NS);
    this.refillsTogether = settings.refillsTogether();
    this.kicksEachList = settings.kicksEachList();
    this.sequential = settings.isSequential();
    this.latencies = latencies;
    this.buffers = new long[settings.count(LiveSetting.QUEUE_DEPTH)];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = disk.frames().allocate(bytes);
      idle.add(new Slot(buffers[i]));
    }
  }

  /**
   * Runs until it is told to end, which it asks before each list; then nothing is in flight.
   *
   * @param goesOn may wait
   */
  void run(BooleanSupplier goesOn) {
    while (goesOn.getAsBoolean()) {
      refill();
      if (kicksEachList) {
        disk.kick();
      }
      reap();
      while (refillsTogether && disk.inFlight() > 0) {
        reap();
      }
      if (thinkNs > 0) {
        scheduler.sleep(thinkNs);
      }
    }
    while (disk.inFlight() > 0) {
      reap();
    }
  }

  private void refill() {
    for (Slot slot = idle.poll(); slot != null; slot = idle.poll()) {
      slot.prepare();
      if (!disk.submit(slot.request)) {
        idle.addFirst(slot);
        return;
      }
    }
  }

  private void reap() {
    if (disk.reap() == 0) {
      disk.await();
      disk.reap();
    }
  }

  /** Gives the guest memory back. */
  void close() {
    for (long buffer : buffers) {
      disk.frames().free(buffer, bytes);
    }
  }

  /** A request with its buffer. */
  private final class Slot {
    private final long buffer;
    private final BlockRequest request;

    Slot(long buffer) {
      this.buffer = buffer;
      this.request = new BlockRequest().onCompletion(this::completed);
    }

    void prepare() {
      long sector = place() * bytes / 512;
      boolean read = random.nextInt(100) < readPercent;
      (read ? request.read(sector) : request.write(sector)).segment(buffer, bytes);
    }

    private long place() {
      if (!sequential) {
        return random.nextLong(places);
      }
      long place = nextPlace;
      nextPlace = (place + 1) % places;
      return place;
    }

    private void completed(BlockRequest done) {
      latencies.accept(done.completedAt() - done.submittedAt());
      idle.add(this);
    }
  }
}
