package dev.ringside.virtio.transport;

import java.util.concurrent.atomic.AtomicLongArray;

/** How often each queue of a function was notified, and notified its driver. */
public final class NotificationCounts {
  private final AtomicLongArray kicks;
  private final AtomicLongArray interrupts;

  /** Nothing has happened yet. */
  public NotificationCounts(int queues) {
    kicks = new AtomicLongArray(queues);
    interrupts = new AtomicLongArray(queues);
  }

  /** The driver notified a queue that is enabled. */
  void kick(int queue) {
    kicks.getAndIncrement(queue);
  }

  /** The device notified the driver of used buffers; it may mask that. */
  void interrupt(int queue) {
    interrupts.getAndIncrement(queue);
  }

  /** Notifications that a queue got. */
  public long kicks(int queue) {
    return kicks.get(queue);
  }

  /** Interrupts that a queue raised. */
  public long interrupts(int queue) {
    return interrupts.get(queue);
  }

  /** How many queues there are. */
  public int queues() {
    return kicks.length();
  }
}
