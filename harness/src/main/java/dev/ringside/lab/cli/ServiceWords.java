package dev.ringside.lab.cli;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a device serves its queues, in the words of the command line. */
final class ServiceWords {
  private static final long DEFAULT_POLLING_NS = 32_000;
  private static final String ADAPTIVE = "adaptive";
  private static final String RATE = "rate:";

  private ServiceWords() {}

  static String of(WorkerMapping mapping) {
    return switch (mapping) {
      case WorkerMapping.Shared() -> "shared";
      case WorkerMapping.RoundRobin() -> "round-robin";
      case WorkerMapping.Explicit(List<Integer> workers) ->
          workers.stream().map(String::valueOf).collect(Collectors.joining(","));
    };
  }

  static String of(WaitPolicy waiting) {
    return switch (waiting) {
      case WaitPolicy.Sleep() -> "sleep";
      case WaitPolicy.Poll() -> "poll";
      case WaitPolicy.Adaptive adaptive -> ADAPTIVE + ":" + adaptive.maxNs();
    };
  }

  static String of(CoalescingPolicy coalescing) {
    return switch (coalescing) {
      case CoalescingPolicy.Off() -> "off";
      case CoalescingPolicy.CountOrTime(int entries, long delayNs) -> entries + "," + delayNs;
      case CoalescingPolicy.Rate(long threshold, long delayNs) -> RATE + threshold + "," + delayNs;
    };
  }

  static final class MappingConverter implements ITypeConverter<WorkerMapping> {
    @Override
    public WorkerMapping convert(String value) {
      return switch (value) {
        case "shared" -> WorkerMapping.shared();
        case "round-robin" -> new WorkerMapping.RoundRobin();
        default -> listed(value);
      };
    }

    private static WorkerMapping listed(String value) {
      try {
        return new WorkerMapping.Explicit(
            Stream.of(value.split(",", -1)).map(Integer::valueOf).toList());
      } catch (IllegalArgumentException noList) {
        throw new TypeConversionException(
            "'%s' is not shared, round-robin or a list of workers".formatted(value));
      }
    }
  }

  static final class WaitConverter implements ITypeConverter<WaitPolicy> {
    @Override
    public WaitPolicy convert(String value) {
      return switch (value) {
        case "sleep" -> WaitPolicy.sleep();
        case "poll" -> WaitPolicy.poll();
        case ADAPTIVE -> WaitPolicy.adaptive(DEFAULT_POLLING_NS);
        default -> adaptive(value);
      };
    }

    private static WaitPolicy adaptive(String value) {
      try {
        if (value.startsWith(ADAPTIVE + ":")) {
          return WaitPolicy.adaptive(Long.parseLong(value.substring(ADAPTIVE.length() + 1)));
        }
      } catch (IllegalArgumentException noTime) {
        // As for any other word.
      }
      throw new TypeConversionException(
          "'%s' is not sleep, poll, adaptive or adaptive:NS".formatted(value));
    }
  }

  static final class CoalescingConverter implements ITypeConverter<CoalescingPolicy> {
    @Override
    public CoalescingPolicy convert(String value) {
      if (value.equals("off")) {
        return CoalescingPolicy.off();
      }
      boolean rate = value.startsWith(RATE);
      String[] numbers = (rate ? value.substring(RATE.length()) : value).split(",", -1);
      try {
        if (numbers.length == 2) {
          long delayNs = Long.parseLong(numbers[1]);
          return rate
              ? new CoalescingPolicy.Rate(Long.parseLong(numbers[0]), delayNs)
              : new CoalescingPolicy.CountOrTime(Integer.parseInt(numbers[0]), delayNs);
        }
      } catch (IllegalArgumentException outOfRange) {
        // As for any other word.
      }
      throw new TypeConversionException(
          "'%s' is not off, COUNT,NS or rate:THRESHOLD,NS, with counts of 1 or more and 1 to %d ns"
              .formatted(value, CoalescingPolicy.MAX_DELAY_NS));
    }
  }
}
