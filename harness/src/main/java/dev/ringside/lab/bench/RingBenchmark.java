package dev.ringside.lab.bench;

import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.transport.Transport;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A read through the ring: header, a 4 KiB buffer of its own, status; driver and device on a core
 * each, both polling; sectors at random. In a closed loop the driver waits for all of a batch
 * before it submits the next; in a pipeline it keeps the ring full and reaps what has come back.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RingBenchmark {
  /** Descriptors of the ring, and the most requests in flight. */
  public static final int QUEUE_SIZE = 256;

  private static final int REQUESTS = 4096;

  /** What storages behind a ring can be. */
  public enum Backing {
    /** One that does nothing. */
    NULL,
    /** One in memory, all written. */
    MEMORY
  }

  /** Requests that are published together. */
  @Param({"1", "8", "32", "128"})
  public int batch;

  /** The ring's layout. */
  @Param({"SPLIT", "PACKED"})
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public RingLayout ring;

  /** What is behind it. */
  @Param("NULL")
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public Backing backing;

  /** How the device is attached. */
  @Param("MMIO")
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public Transport transport;

  private VirtualMachine machine;
  private VirtioBlkDriver disk;
  private final RandomReads reads = new RandomReads();
  private final long[] buffers = new long[QUEUE_SIZE];

  /** Used in turn: the device completes in order, so the oldest is the next to be free. */
  private final BlockRequest[] requests = new BlockRequest[QUEUE_SIZE];

  private int next;

  /** Starts the machine. */
  @Setup
  public void start() {
    MachineSettings settings =
        MachineSettings.DEFAULT
            .withQueueSize(QUEUE_SIZE)
            .withTransport(transport)
            .withCompletionPolicy(CompletionPolicy.SPIN);
    settings =
        settings
            .withDevice(settings.device().withWaiting(WaitPolicy.poll()))
            .withDriver(settings.driver().withTimestamps(false).withFeatures(ring.features()));
    Storage storage =
        switch (backing) {
          case NULL -> new NullStorage(RandomReads.SECTORS);
          case MEMORY -> RandomReads.filledDisk();
        };
    machine = VirtualMachine.start(settings, storage, new RealScheduler(), EventLog.OFF);
    disk = machine.disk();
    Arrays.setAll(requests, i -> new BlockRequest());
    Arrays.setAll(buffers, i -> disk.frames().allocate(RandomReads.BYTES));
  }

  /** Ends the machine. */
  @TearDown
  public void stop() {
    while (disk.inFlight() > 0) {
      disk.await();
      disk.reap();
    }
    machine.close();
  }

  /** Submit a batch, kick, wait for all of it. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public int closed() {
    for (int done = 0; done < REQUESTS; done += batch) {
      submitBatch();
      while (disk.inFlight() > 0) {
        disk.await();
        disk.reap();
      }
    }
    return next;
  }

  /** Submit a batch, kick, take what has come back; wait only when the ring is full. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public int pipelined() {
    for (int done = 0; done < REQUESTS; done += batch) {
      while (disk.inFlight() > QUEUE_SIZE - batch) {
        disk.await();
        disk.reap();
      }
      submitBatch();
      disk.reap();
    }
    return next;
  }

  private void submitBatch() {
    for (int i = 0; i < batch; i++) {
      BlockRequest request = requests[next];
      disk.submit(request.read(reads.nextSector()).segment(buffers[next], RandomReads.BYTES));
      next = (next + 1) % QUEUE_SIZE;
    }
    disk.kick();
  }
}
