package dev.ringside.lab.bench;

import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The copy alone: the reads of {@link RingBenchmark} from a storage in memory into guest memory,
 * without a ring.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CopyBenchmark {
  private static final int BUFFERS = RingBenchmark.QUEUE_SIZE;

  private final RandomReads reads = new RandomReads();
  private GuestMemory memory;
  private MemoryStorage disk;
  private IoVector target;
  private int next;

  /** Fills the disk. */
  @Setup
  public void start() {
    memory = GuestMemory.anonymous(2L * BUFFERS * RandomReads.BYTES);
    disk = RandomReads.filledDisk();
    target = new IoVector(memory.segment());
  }

  /** Gives the memory back. */
  @TearDown
  public void stop() {
    memory.close();
  }

  /** One read. */
  @Benchmark
  public int copy() throws IOException {
    next = (next + 1) % BUFFERS;
    target.clear();
    target.add((long) next * RandomReads.BYTES, RandomReads.BYTES);
    disk.read((long) reads.nextSector() * Storage.SECTOR_SIZE, target);
    return next;
  }
}
