package dev.ringside.lab.bench.kevlar;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.lab.bench.files.BenchImage;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.Clock;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What batches make of the program's 4 MiB: ext4 on driver and device, each request a block of 4
 * KiB, so many of them to a round trip. As in the posts the disk has no volatile cache, so there is
 * nothing but blocks to write.
 *
 * <p>The content is written back twice: as a new file, whose transaction goes to the disk with it;
 * and again in place, where the file's 1,024 blocks are all there is to write. In simulated time
 * the second takes {@link #law} to the nanosecond.
 *
 * @param costs of the machine; {@link Cost#KICK} is that of a round trip
 */
public record WritebackCurve(CostModel costs, BatchTime time) {
  /** How many blocks the program's file has. */
  public static final int BLOCKS = 1024;

  /** The most requests of a trip. */
  public static final int LARGEST_BATCH = 128;

  /** What is in them. */
  public static final int BLOCK_BYTES = 4096;

  private static final String IMAGE_SIZE = "64M";
  private static final long GUEST_BYTES = 128L << 20;
  private static final int BUFFER_BYTES = 128 << 10;
  private static final int MODE = 0644;
  private static final Set<OpenFlag> CREATE = EnumSet.of(OpenFlag.WRITE, OpenFlag.CREATE);

  /**
   * One write-back.
   *
   * @param requests that it took
   * @param trips notifications, each with a wait for all that it announced
   * @param nanoseconds until fsync returned
   */
  public record WriteBack(long requests, long trips, long nanoseconds) {
    /** The file's content by the time. */
    public double bytesPerSecond() {
      return (double) BLOCKS * BLOCK_BYTES * 1e9 / nanoseconds;
    }
  }

  /**
   * Both of a batch size.
   *
   * @param created content and transaction of a new file
   * @param overwritten content alone
   */
  public record Row(int batch, WriteBack created, WriteBack overwritten) {}

  /** What the posts say of a batch size: 1,024 blocks one by one, and in their 32 slots. */
  public static Optional<String> published(int batch) {
    return switch (batch) {
      case 1 -> Optional.of("512 ms");
      case 32 -> Optional.of("16 ms");
      default -> Optional.empty();
    };
  }

  /** What so many requests take when nothing but round trips takes time, in nanoseconds. */
  public long law(long requests, int batch) {
    return Math.ceilDiv(requests, batch) * costs.of(Cost.KICK);
  }

  /**
   * Measures a batch size.
   *
   * @param batch 1 to {@link #LARGEST_BATCH}
   * @param seed of the order in which simulated tasks run
   */
  public Row measure(int batch, long seed) throws IOException {
    if (batch < 1 || batch > LARGEST_BATCH) {
      throw new IllegalArgumentException("a batch of %d requests".formatted(batch));
    }
    // Outside of simulated time, in which nobody may wait for a program.
    try (BenchImage image = BenchImage.make(BenchImage.usualPlace(), IMAGE_SIZE);
        Storage storage = FileStorage.openWritable(image.path())) {
      return switch (time) {
        case SIMULATED -> simulated(batch, storage, seed);
        // The device of a real machine may see a request before its notification, which then costs
        // nothing: the price is paid for each trip instead, as the posts' hypervisor takes it.
        case REAL ->
            measure(batch, storage, new RealScheduler(), CostModel.ZERO, costs.of(Cost.KICK));
      };
    }
  }

  private Row simulated(int batch, Storage storage, long seed) throws IOException {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), new RunHash());
    AtomicReference<@Nullable Row> row = new AtomicReference<>();
    try {
      scheduler.run(
          () -> {
            try {
              row.set(measure(batch, storage, scheduler, costs, 0));
            } catch (IOException failure) {
              throw new UncheckedIOException(failure);
            }
          });
    } catch (IllegalStateException failed) {
      if (failed.getCause() instanceof UncheckedIOException failure) {
        throw new IOException(failure.getCause());
      }
      throw failed;
    }
    return Objects.requireNonNull(row.get(), "a run without a result");
  }

  private static Row measure(
      int batch, Storage storage, Scheduler scheduler, CostModel machineCosts, long tripNs)
      throws IOException {
    MachineSettings settings =
        MachineSettings.DEFAULT
            .withMemoryBytes(GUEST_BYTES)
            .withDevice(
                BlkSettings.DEFAULT.withOfferedFeatures(
                    BlkSettings.ALL_FEATURES & ~Feature.BLK_FLUSH.mask()))
            .withCosts(machineCosts)
            .withBatchPolicy(BatchPolicy.onLast());
    try (VirtualMachine machine =
        VirtualMachine.start(settings, storage, scheduler, EventLog.OFF)) {
      RoundTrips trips = new RoundTrips(machine.disk(), scheduler, batch, tripNs);
      try (Ext4 ext4 =
          Ext4.mount(new OneBlockRequests(trips, BLOCK_BYTES), MountOptions.READ_WRITE)) {
        Session session = ext4.session(Credentials.ROOT);
        try (OpenFile file = session.open(Ext4Path.of("/file"), CREATE, MODE)) {
          WriteBack created = writeBack(file, trips, scheduler.clock());
          WriteBack overwritten = writeBack(file, trips, scheduler.clock());
          return new Row(batch, created, overwritten);
        }
      }
    }
  }

  private static WriteBack writeBack(OpenFile file, RoundTrips trips, Clock clock)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long done = 0; done < (long) BLOCKS * BLOCK_BYTES; done += BUFFER_BYTES) {
      file.writeAt(done, buffer, 0, BUFFER_BYTES);
    }
    long requests = trips.requests();
    long count = trips.trips();
    long start = clock.nanoTime();
    file.dataSync();
    return new WriteBack(
        trips.requests() - requests, trips.trips() - count, clock.nanoTime() - start);
  }
}
