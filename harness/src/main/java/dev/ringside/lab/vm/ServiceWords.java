package dev.ringside.lab.vm;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a device serves its queues, in words: what command lines and experiments say. A text that is
 * none of them ends in an {@link IllegalArgumentException}, whose message lists what there is.
 */
public final class ServiceWords {
  private static final long DEFAULT_POLLING_NS = 32_000;
  private static final String ADAPTIVE = "adaptive";
  private static final String RATE = "rate:";

  private ServiceWords() {}

  /** The words for a mapping. */
  public static String of(WorkerMapping mapping) {
    return switch (mapping) {
      case WorkerMapping.Shared() -> "shared";
      case WorkerMapping.RoundRobin() -> "round-robin";
      case WorkerMapping.Explicit(List<Integer> workers) ->
          workers.stream().map(String::valueOf).collect(Collectors.joining(","));
    };
  }

  /** The words for what the device does when there is nothing to do. */
  public static String of(WaitPolicy waiting) {
    return switch (waiting) {
      case WaitPolicy.Sleep() -> "sleep";
      case WaitPolicy.Poll() -> "poll";
      case WaitPolicy.Careless(long windowNs) -> "careless:" + windowNs;
      case WaitPolicy.Adaptive adaptive -> ADAPTIVE + ":" + adaptive.maxNs();
    };
  }

  /** The words for how interrupts are held back. */
  public static String of(CoalescingPolicy coalescing) {
    return switch (coalescing) {
      case CoalescingPolicy.Off() -> "off";
      case CoalescingPolicy.CountOrTime(int entries, long delayNs) -> entries + "," + delayNs;
      case CoalescingPolicy.Rate(long threshold, long delayNs) -> RATE + threshold + "," + delayNs;
    };
  }

  /** {@code shared}, {@code round-robin}, or the worker of each queue: {@code 0,1,1}. */
  public static WorkerMapping mapping(String text) {
    return switch (text) {
      case "shared" -> WorkerMapping.shared();
      case "round-robin" -> new WorkerMapping.RoundRobin();
      default -> listed(text);
    };
  }

  private static WorkerMapping listed(String text) {
    try {
      return new WorkerMapping.Explicit(
          Stream.of(text.split(",", -1)).map(Integer::valueOf).toList());
    } catch (IllegalArgumentException noList) {
      throw new IllegalArgumentException(
          "'%s' is not shared, round-robin or a list of workers".formatted(text), noList);
    }
  }

  /** {@code sleep}, {@code poll}, {@code adaptive} or {@code adaptive:NS}. */
  public static WaitPolicy waiting(String text) {
    return switch (text) {
      case "sleep" -> WaitPolicy.sleep();
      case "poll" -> WaitPolicy.poll();
      case ADAPTIVE -> WaitPolicy.adaptive(DEFAULT_POLLING_NS);
      default -> adaptive(text);
    };
  }

  private static WaitPolicy adaptive(String text) {
    try {
      if (text.startsWith(ADAPTIVE + ":")) {
        return WaitPolicy.adaptive(Long.parseLong(text.substring(ADAPTIVE.length() + 1)));
      }
    } catch (IllegalArgumentException noTime) {
      // As for any other word.
    }
    throw new IllegalArgumentException(
        "'%s' is not sleep, poll, adaptive or adaptive:NS".formatted(text));
  }

  /** {@code off}, {@code COUNT,NS} or {@code rate:THRESHOLD,NS}. */
  public static CoalescingPolicy coalescing(String text) {
    if (text.equals("off")) {
      return CoalescingPolicy.off();
    }
    boolean rate = text.startsWith(RATE);
    String[] numbers = (rate ? text.substring(RATE.length()) : text).split(",", -1);
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
    throw new IllegalArgumentException(
        "'%s' is not off, COUNT,NS or rate:THRESHOLD,NS, with counts of 1 or more and 1 to %d ns"
            .formatted(text, CoalescingPolicy.MAX_DELAY_NS));
  }
}
