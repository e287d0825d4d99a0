package dev.ringside.virtio.vhost;

import dev.ringside.virtio.queue.RingViolationException;
import java.util.List;

/** Is told what happens on connections, by the thread that serves them. */
public interface ConnectionObserver {
  /**
   * What one ring did during a connection.
   *
   * @param queue its number
   * @param kicks notifications that the frontend sent
   * @param interrupts that it was sent
   */
  record RingCounts(int queue, long kicks, long interrupts) {}

  /** A frontend has connected. */
  void opened();

  /** A request could not be carried out, and the frontend was told so. */
  void refused(String what);

  /** The driver broke a rule; the device waits for its reset. */
  void broken(RingViolationException violation);

  /**
   * The connection has ended, and nothing is left of it.
   *
   * @param why what went wrong; empty when the frontend just left
   */
  void closed(String why, List<RingCounts> counts);
}
