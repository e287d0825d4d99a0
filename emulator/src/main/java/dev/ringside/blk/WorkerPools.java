package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The workers of a device, in as many pools as its {@link WorkerMapping} makes. */
final class WorkerPools {
  private final Map<List<Integer>, WorkerPool> pools = new LinkedHashMap<>();
  private final ServiceSettings settings;
  private final int queues;

  /**
   * Starts the workers.
   *
   * @param queues how many queues there are
   * @param queueSize the largest size of each
   */
  WorkerPools(
      Scheduler scheduler, EventLog events, ServiceSettings settings, int queues, int queueSize) {
    this.settings = settings;
    this.queues = queues;
    if (settings.workers() == 0) {
      return;
    }
    Map<List<Integer>, Integer> capacities = new LinkedHashMap<>();
    for (int queue = 0; queue < queues; queue++) {
      capacities.merge(workersOf(queue), queueSize, Math::addExact);
    }
    capacities.forEach(
        (workers, capacity) ->
            pools.put(workers, new WorkerPool(scheduler, events, workers, capacity)));
  }

  private List<Integer> workersOf(int queue) {
    return settings.mapping().workersOf(queue, queues, settings.workers());
  }

  /** Who processes the requests of a queue; null when that is the queue's own task. */
  @Nullable WorkerPool of(int queue) {
    return settings.workers() == 0 ? null : pools.get(workersOf(queue));
  }

  /** Lets the workers end what was submitted, and ends them. */
  void stop() {
    pools.values().forEach(WorkerPool::stop);
  }
}
