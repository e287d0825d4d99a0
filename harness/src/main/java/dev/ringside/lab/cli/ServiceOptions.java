package dev.ringside.lab.cli;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import dev.ringside.lab.vm.ServiceWords;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how the device serves its queues. */
final class ServiceOptions {
  @Option(
      names = "--workers",
      paramLabel = "W",
      description =
          "Tasks that serve requests in parallel, up to 1024; with 0 the device's own does"
              + " (default: ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--worker-mapping",
      paramLabel = "HOW",
      defaultValue = "shared",
      converter = MappingConverter.class,
      description =
          "Which workers serve which queue: shared, round-robin, or a list with the worker of each"
              + " queue, such as 0,1,1 (default: ${DEFAULT-VALUE}).")
  private WorkerMapping mapping = WorkerMapping.shared();

  @Option(
      names = "--wait",
      paramLabel = "HOW",
      defaultValue = "sleep",
      converter = WaitConverter.class,
      description =
          "What the device does when there is nothing to do: sleep until it is kicked, poll, or"
              + " adaptive[:NS], which polls for up to NS (32000) first (default:"
              + " ${DEFAULT-VALUE}).")
  private WaitPolicy waiting = WaitPolicy.sleep();

  @Option(
      names = "--coalesce",
      paramLabel = "WHEN",
      defaultValue = "off",
      converter = CoalescingConverter.class,
      description =
          "How long interrupts are held back: off; COUNT,NS until so many requests are done or so"
              + " much time has passed; rate:THRESHOLD,NS the longer the more requests a second"
              + " there are above the threshold (default: ${DEFAULT-VALUE}).")
  private CoalescingPolicy coalescing = CoalescingPolicy.off();

  @Option(
      names = "--merge",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How many adjacent requests may become one transfer, 1 to 16 (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxMerge;

  /** Options for a device that has so many workers when nothing else is said. */
  ServiceOptions(int workers) {
    this.workers = workers;
  }

  /**
   * What is wrong with what was asked for, or nothing.
   *
   * @param queues of the device
   */
  String problem(int queues) {
    if (workers < 0 || workers > ServiceSettings.MAX_WORKERS) {
      return "--workers must be 0 to %d, not %d".formatted(ServiceSettings.MAX_WORKERS, workers);
    }
    if (maxMerge < 1 || maxMerge > ServiceSettings.MAX_MERGE) {
      return "--merge must be 1 to %d, not %d".formatted(ServiceSettings.MAX_MERGE, maxMerge);
    }
    if (mapping instanceof WorkerMapping.Explicit(List<Integer> workerOfQueue)
        && (workerOfQueue.size() != queues
            || workerOfQueue.stream().anyMatch(worker -> worker >= workers))) {
      return "--worker-mapping must name, for each of %d queues, one of %d workers, not %s"
          .formatted(queues, workers, ServiceWords.of(mapping));
    }
    return "";
  }

  /** What was asked for, when there is no {@link #problem}. */
  ServiceSettings settings() {
    return new ServiceSettings(workers, mapping, waiting, coalescing, maxMerge);
  }

  private static <T> T converted(String value, Function<String, T> words) {
    try {
      return words.apply(value);
    } catch (IllegalArgumentException none) {
      throw new TypeConversionException(none.getMessage());
    }
  }

  static final class MappingConverter implements ITypeConverter<WorkerMapping> {
    @Override
    public WorkerMapping convert(String value) {
      return converted(value, ServiceWords::mapping);
    }
  }

  static final class WaitConverter implements ITypeConverter<WaitPolicy> {
    @Override
    public WaitPolicy convert(String value) {
      return converted(value, ServiceWords::waiting);
    }
  }

  static final class CoalescingConverter implements ITypeConverter<CoalescingPolicy> {
    @Override
    public CoalescingPolicy convert(String value) {
      return converted(value, ServiceWords::coalescing);
    }
  }
}
