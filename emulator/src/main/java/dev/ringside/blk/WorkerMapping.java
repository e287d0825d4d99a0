package dev.ringside.blk;

import java.util.List;
import java.util.stream.IntStream;

/** Which workers process the requests of which queue. */
public sealed interface WorkerMapping {
  /** All workers take from one line, so that none is idle while a request waits. */
  record Shared() implements WorkerMapping {}

  /**
   * Queues and workers are dealt out in turn: with more workers than queues, a queue has several of
   * its own; with fewer, queues share one.
   */
  record RoundRobin() implements WorkerMapping {}

  /**
   * As listed.
   *
   * @param workerOfQueue the number of the worker for each queue, from 0 on
   */
  record Explicit(List<Integer> workerOfQueue) implements WorkerMapping {
    public Explicit {
      workerOfQueue = List.copyOf(workerOfQueue);
      if (workerOfQueue.stream().anyMatch(worker -> worker < 0)) {
        throw new IllegalArgumentException("workers " + workerOfQueue);
      }
    }
  }

  /** One line for all is the default. */
  static WorkerMapping shared() {
    return new Shared();
  }

  /**
   * The workers of a queue.
   *
   * @param queues how many queues there are
   * @param workers how many workers there are, 1 or more
   * @return their numbers; queues with the same list share a line
   */
  default List<Integer> workersOf(int queue, int queues, int workers) {
    return switch (this) {
      case Shared() -> range(0, workers, 1);
      case RoundRobin() ->
          workers > queues ? range(queue, workers, queues) : List.of(queue % workers);
      case Explicit(List<Integer> workerOfQueue) -> List.of(workerOfQueue.get(queue));
    };
  }

  private static List<Integer> range(int first, int end, int step) {
    return IntStream.iterate(first, i -> i < end, i -> i + step).boxed().toList();
  }
}
