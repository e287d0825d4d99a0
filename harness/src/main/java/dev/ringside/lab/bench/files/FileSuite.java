package dev.ringside.lab.bench.files;

import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.Clock;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Runs a program on Ringside's ext4, over driver and device onto an image that mke2fs makes, and
 * over system calls in turn, so that both see the same machine.
 *
 * @param imageSize in the words of mke2fs
 * @param mount how Ringside mounts it
 * @param costs of the machine that the image is attached to
 * @param against a directory of a mounted filesystem, or nothing
 * @param place where the image is made
 */
public record FileSuite(
    String imageSize, MountOptions mount, CostModel costs, Optional<Path> against, Path place) {
  /** Guest memory beside what the mount caches: rings, a log's copies, the caller's own. */
  private static final long OTHER_GUEST_BYTES = 64L << 20;

  /**
   * What both came to.
   *
   * @param system nothing without a directory to run against
   */
  public record Result(Figures ringside, Figures system) {}

  /** Makes a program for whoever answers its calls. */
  public interface Maker {
    /** A program over calls. */
    <P> FileProgram over(FileCalls<P> calls, Clock clock);
  }

  /** Many empty files in one directory. */
  public static Maker manyFiles(int count) {
    return new Maker() {
      @Override
      public <P> FileProgram over(FileCalls<P> calls, Clock clock) {
        return new ManyFiles<>(calls, clock, count);
      }
    };
  }

  /**
   * One large file.
   *
   * @param bytes a multiple of 128 KiB
   */
  public static Maker stream(long bytes) {
    return new Maker() {
      @Override
      public <P> FileProgram over(FileCalls<P> calls, Clock clock) {
        return new Stream<>(calls, clock, bytes);
      }
    };
  }

  /**
   * Measures a program.
   *
   * @param warmUps runs that are not counted, so that compiled code is measured
   * @param repetitions runs that are
   */
  public Result measure(Maker maker, int warmUps, int repetitions) throws IOException {
    Scheduler scheduler = new RealScheduler();
    Figures ringside = new Figures();
    Figures system = new Figures();
    try (BenchImage image = BenchImage.make(place, imageSize);
        Storage storage = FileStorage.openWritable(image.path());
        VirtualMachine machine = machine(storage, scheduler);
        FileCalls<Ext4Path> ours = new Ext4Calls(machine.disk(), mount)) {
      FileProgram program = maker.over(ours, scheduler.clock());
      if (against.isPresent()) {
        try (SystemCalls calls = new SystemCalls(against.get())) {
          FileProgram theirs = maker.over(calls, scheduler.clock());
          for (int i = -warmUps; i < repetitions; i++) {
            program.run(i < 0 ? new Figures() : ringside);
            theirs.run(i < 0 ? new Figures() : system);
          }
        }
      } else {
        for (int i = -warmUps; i < repetitions; i++) {
          program.run(i < 0 ? new Figures() : ringside);
        }
      }
    }
    return new Result(ringside, system);
  }

  private VirtualMachine machine(Storage storage, Scheduler scheduler) {
    long memory = mount.pageCacheBytes() + mount.metadataCacheBytes() + OTHER_GUEST_BYTES;
    return BenchMachine.start(storage, scheduler, costs, memory);
  }
}
