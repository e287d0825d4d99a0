package dev.ringside.lab.vm;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;

/**
 * A driver's policies in the words of the command line and of experiments. What is printed can be
 * parsed again, and is the same policy.
 */
public final class DriverWords {
  /** The batch policies, for help texts and messages. */
  public static final String BATCHES =
      "each, every:N, last, plug:N, count-or-time:N,NS or adaptive:N";

  /** The completion policies, for help texts and messages. */
  public static final String COMPLETIONS =
      "spin, interrupt, delayed, delayed:N/M, hybrid:NS or poll-queue";

  private static final String EVERY = "every:";
  private static final String PLUG = "plug:";
  private static final String COUNT_OR_TIME = "count-or-time:";
  private static final String ADAPTIVE = "adaptive:";
  private static final String DELAYED = "delayed:";
  private static final String HYBRID = "hybrid:";

  private DriverWords() {}

  /** A batch policy's word. */
  public static String of(BatchPolicy policy) {
    return switch (policy) {
      case BatchPolicy.EveryRequest() -> "each";
      case BatchPolicy.Every(int requests) -> EVERY + requests;
      case BatchPolicy.OnLast() -> "last";
      case BatchPolicy.Plug(int limit) -> PLUG + limit;
      case BatchPolicy.CountOrTime(int requests, long nanoseconds) ->
          COUNT_OR_TIME + requests + "," + nanoseconds;
      case BatchPolicy.Adaptive(int most) -> ADAPTIVE + most;
    };
  }

  /** A completion policy's word. */
  public static String of(CompletionPolicy policy) {
    return switch (policy) {
      case CompletionPolicy.Spin() -> "spin";
      case CompletionPolicy.Interrupt() -> "interrupt";
      case CompletionPolicy.Careless() -> "careless";
      case CompletionPolicy.DelayedInterrupt(int numerator, int denominator) ->
          policy.equals(CompletionPolicy.DELAYED)
              ? "delayed"
              : DELAYED + numerator + "/" + denominator;
      case CompletionPolicy.Hybrid(long budgetNs) -> HYBRID + budgetNs;
      case CompletionPolicy.PollQueue() -> "poll-queue";
    };
  }

  /**
   * The batch policy of a word.
   *
   * @throws IllegalArgumentException with a line for the user when it is none
   */
  public static BatchPolicy batch(String word) {
    try {
      String[] parts = word.split(":", 2);
      String rest = parts.length == 2 ? parts[1] : "";
      return switch (parts.length == 1 ? word : parts[0] + ":") {
        case "each" -> BatchPolicy.everyRequest();
        case "last" -> BatchPolicy.onLast();
        case EVERY -> BatchPolicy.every(Integer.parseInt(rest));
        case PLUG -> BatchPolicy.plug(Integer.parseInt(rest));
        case ADAPTIVE -> BatchPolicy.adaptive(Integer.parseInt(rest));
        case COUNT_OR_TIME -> {
          String[] numbers = pair(rest, ",");
          yield BatchPolicy.countOrTime(Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]));
        }
        default -> throw new IllegalArgumentException(word);
      };
    } catch (IllegalArgumentException outOfRange) {
      // As for any other word.
    }
    throw new IllegalArgumentException(
        "'%s' is not %s, with numbers of 1 or more".formatted(word, BATCHES));
  }

  /**
   * The completion policy of a word.
   *
   * @throws IllegalArgumentException with a line for the user when it is none
   */
  public static CompletionPolicy completion(String word) {
    try {
      String[] parts = word.split(":", 2);
      String rest = parts.length == 2 ? parts[1] : "";
      return switch (parts.length == 1 ? word : parts[0] + ":") {
        case "spin" -> CompletionPolicy.SPIN;
        case "interrupt" -> CompletionPolicy.INTERRUPT;
        case "delayed" -> CompletionPolicy.DELAYED;
        case "poll-queue" -> CompletionPolicy.POLL_QUEUE;
        case HYBRID -> new CompletionPolicy.Hybrid(Long.parseLong(rest));
        case DELAYED -> {
          String[] numbers = pair(rest, "/");
          yield new CompletionPolicy.DelayedInterrupt(
              Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        }
        default -> throw new IllegalArgumentException(word);
      };
    } catch (IllegalArgumentException outOfRange) {
      // As for any other word.
    }
    throw new IllegalArgumentException(
        "'%s' is not %s, with N/M from 1/%d to 1/1 and NS of 1 or more"
            .formatted(word, COMPLETIONS, CompletionPolicy.DelayedInterrupt.MAX_DENOMINATOR));
  }

  private static String[] pair(String numbers, String separator) {
    String[] parts = numbers.split(separator, -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException(numbers);
    }
    return parts;
  }
}
