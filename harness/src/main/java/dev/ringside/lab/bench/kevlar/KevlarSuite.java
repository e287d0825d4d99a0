package dev.ringside.lab.bench.kevlar;

import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.lab.bench.files.BenchImage;
import dev.ringside.lab.bench.files.BenchMachine;
import dev.ringside.lab.bench.files.Ext4Calls;
import dev.ringside.lab.bench.files.FileCalls;
import dev.ringside.lab.bench.files.Samples;
import dev.ringside.lab.bench.files.SystemCalls;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
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
 * @param place where the image is made
 */
public record KevlarSuite(
    int warmUps, int repetitions, CostModel costs, Optional<Path> against, Path place) {
  private static final long GUEST_BYTES = 256L << 20;

  /** Of the image, in the words of mke2fs. */
  public static final String IMAGE_SIZE = "768M";

  private static final int LATER_WARM_UPS = 2;

  /**
   * What a variant came to.
   *
   * @param ringside by measure
   * @param system by measure; without a directory to run against, nothing
   */
  public record Result(Map<Measure, Samples> ringside, Map<Measure, Samples> system) {}

  /** Measures a variant. */
  public Result measure(Variant variant) throws IOException {
    Map<Measure, Samples> ringside = samples();
    Map<Measure, Samples> system = samples();
    Scheduler scheduler = new RealScheduler();
    try (BenchImage image = BenchImage.make(place, IMAGE_SIZE);
        Storage storage = FileStorage.openWritable(image.path());
        VirtualMachine machine = BenchMachine.start(storage, scheduler, costs, GUEST_BYTES);
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
}
