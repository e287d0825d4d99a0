package dev.ringside.lab.bench.kevlar;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.DriverStats;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.Clock;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the program on Ringside's ext4 over an image that mke2fs makes, and over system calls in
 * turn, so that both see the same machine.
 *
 * @param warmUps runs of the first variant that are not counted, so that compiled code is measured
 * @param repetitions of each variant that are
 * @param costs of the machine that the image is attached to
 * @param against a directory of a mounted filesystem, or nothing
 */
public record KevlarSuite(int warmUps, int repetitions, CostModel costs, Optional<Path> against) {
  private static final long GUEST_BYTES = 256L << 20;
  private static final String IMAGE_SIZE = "768M";
  private static final int BLOCK = 4096;
  private static final int LATER_WARM_UPS = 2;
  private static final int BATCH_FILE = 4 << 20;
  private static final int BATCH_BUFFER = 128 << 10;

  /**
   * What a variant came to.
   *
   * @param ringside by measure
   * @param system by measure; without a directory to run against, nothing
   */
  public record Result(Map<Measure, Samples> ringside, Map<Measure, Samples> system) {}

  /**
   * What writing 4 MiB back took, a block to each request.
   *
   * @param batch requests that one notification announces
   * @param nanoseconds of the fsync that writes them
   */
  public record BatchRow(int batch, long requests, long kicks, long nanoseconds) {
    /** Content by time. */
    public double bytesPerSecond() {
      return BATCH_FILE * 1e9 / nanoseconds;
    }
  }

  /** Measures a variant. */
  public Result measure(Variant variant) throws IOException {
    Map<Measure, Samples> ringside = samples();
    Map<Measure, Samples> system = samples();
    Scheduler scheduler = new RealScheduler();
    Path image = makeImage();
    try (VirtualMachine machine = machine(image, scheduler, costs, BatchPolicy.onLast());
        FileCalls<Ext4Path> ours = new Ext4Calls(machine.disk(), MountOptions.READ_WRITE)) {
      KevlarProgram<Ext4Path> program = new KevlarProgram<>(ours, scheduler.clock());
      if (against.isPresent()) {
        try (SystemCalls theirs = new SystemCalls(against.get())) {
          alternate(
              variant, program, ringside, new KevlarProgram<>(theirs, scheduler.clock()), system);
        }
      } else {
        for (int i = 0; i < warmUpsOf(variant); i++) {
          program.run(variant);
        }
        for (int i = 0; i < repetitions; i++) {
          add(ringside, program.run(variant));
        }
      }
    } finally {
      Files.delete(image);
    }
    return new Result(ringside, system);
  }

  private void alternate(
      Variant variant,
      KevlarProgram<?> ours,
      Map<Measure, Samples> ringside,
      KevlarProgram<?> theirs,
      Map<Measure, Samples> system)
      throws IOException {
    for (int i = 0; i < warmUpsOf(variant); i++) {
      ours.run(variant);
      theirs.run(variant);
    }
    for (int i = 0; i < repetitions; i++) {
      add(ringside, ours.run(variant));
      add(system, theirs.run(variant));
    }
  }

  /** What follows the first variant finds most code compiled. */
  private int warmUpsOf(Variant variant) {
    return variant == Variant.AS_PUBLISHED ? warmUps : Math.min(warmUps, LATER_WARM_UPS);
  }

  private static Map<Measure, Samples> samples() {
    Map<Measure, Samples> samples = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      samples.put(measure, new Samples());
    }
    return samples;
  }

  private static void add(Map<Measure, Samples> samples, Map<Measure, Double> results) {
    results.forEach(
        (measure, value) -> samples.computeIfAbsent(measure, _ -> new Samples()).add(value));
  }

  /** Measures what a batch size makes of the same 1,024 blocks. */
  public BatchRow measureBatch(int batch, CostModel batchCosts) throws IOException {
    Scheduler scheduler = new RealScheduler();
    Clock clock = scheduler.clock();
    Path image = makeImage();
    try (VirtualMachine machine =
        machine(image, scheduler, batchCosts, new BatchPolicy.Every(batch))) {
      BlockDevice disk = new OneBlockRequests(machine.disk(), BLOCK);
      try (FileCalls<Ext4Path> calls = new Ext4Calls(disk, MountOptions.READ_WRITE)) {
        int file = calls.create(calls.path("batch"));
        for (int done = 0; done < BATCH_FILE; done += BATCH_BUFFER) {
          calls.write(file, BATCH_BUFFER);
        }
        DriverStats before = machine.disk().stats();
        long requests = before.requests();
        long kicks = before.kicksAsked();
        long start = clock.nanoTime();
        calls.sync(file);
        long time = clock.nanoTime() - start;
        DriverStats after = machine.disk().stats();
        calls.close(file);
        return new BatchRow(batch, after.requests() - requests, after.kicksAsked() - kicks, time);
      }
    } finally {
      Files.delete(image);
    }
  }

  private static VirtualMachine machine(
      Path image, Scheduler scheduler, CostModel costs, BatchPolicy batching) throws IOException {
    MachineSettings settings =
        MachineSettings.DEFAULT
            .withMemoryBytes(GUEST_BYTES)
            .withCosts(costs)
            .withBatchPolicy(batching);
    Storage storage = FileStorage.openWritable(image);
    return VirtualMachine.start(settings, storage, scheduler, EventLog.OFF);
  }

  private static Path makeImage() throws IOException {
    Path image = Files.createTempFile("ringside-kevlar", ".img");
    ProcessBuilder builder =
        new ProcessBuilder(
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-b",
            String.valueOf(BLOCK),
            image.toString(),
            IMAGE_SIZE);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("mke2fs: " + output.strip());
      }
      return image;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }
}
