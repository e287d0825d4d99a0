package dev.ringside.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * Which queue each of several tasks submits to. With as many queues as tasks, or more, every task
 * has one to itself; otherwise they are dealt out in turn, and tasks that have the same one share
 * it under a lock. A queue that one task has to itself pays nothing for that.
 *
 * <pre>{@code
 * QueueMap map = QueueMap.of(driver, 3);              // two queues
 * scheduler.start("a", () -> read(map.device(0)));    // queue 0, shared
 * scheduler.start("b", () -> read(map.device(1)));    // queue 1
 * scheduler.start("c", () -> read(map.device(2)));    // queue 0, shared
 * }</pre>
 */
public final class QueueMap {
  private final List<BlockDevice> devices;

  private QueueMap(List<BlockDevice> devices) {
    this.devices = List.copyOf(devices);
  }

  /**
   * Deals out all queues of a driver.
   *
   * @param tasks 1 or more
   */
  public static QueueMap of(VirtioBlkDriver driver, int tasks) {
    return over(driver.queues(), tasks);
  }

  /**
   * Deals out some queues, those with interrupts for example. No other map may have them, and
   * nobody may use them besides.
   *
   * @param queues 1 or more
   * @param tasks 1 or more
   */
  public static QueueMap over(List<DiskQueue> queues, int tasks) {
    if (queues.isEmpty() || tasks < 1) {
      throw new IllegalArgumentException("%d queues for %d tasks".formatted(queues.size(), tasks));
    }
    List<SharedQueue> shared = new ArrayList<>();
    List<BlockDevice> devices = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      int queue = task % queues.size();
      boolean alone = task == queue && task + queues.size() >= tasks;
      if (task == queue && !alone) {
        shared.add(new SharedQueue(queues.get(queue)));
      }
      devices.add(alone ? queues.get(queue) : new QueueShare(shared.get(queue)));
    }
    return new QueueMap(devices);
  }

  /** How many tasks there are. */
  public int tasks() {
    return devices.size();
  }

  /**
   * The disk of a task, which it alone uses.
   *
   * @param task from 0 on
   */
  public BlockDevice device(int task) {
    return devices.get(task);
  }
}
