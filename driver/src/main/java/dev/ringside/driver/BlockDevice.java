package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;

/**
 * A disk as a filesystem sees it: requests go in without a notification, one {@link #kick} tells
 * the device, and completions are reaped in batches.
 *
 * <pre>{@code
 * request.read(sector).segment(address, 4096);
 * device.submit(request);       // in the ring, the device may not know
 * device.kick();                // the device knows
 * while (device.reap() == 0) {  // completions are seen
 *   device.await();
 * }
 * request.status();
 * }</pre>
 *
 * <p>A device is used by one task at a time; who shares it, serialises. A request belongs to the
 * device from {@link #submit} until {@link #reap} ends it, its segments too.
 */
public interface BlockDevice extends AutoCloseable {
  /** What this disk is and what one request may ask for; the device may change it while it runs. */
  BlockLimits limits();

  /** The RAM that segments point into. */
  GuestMemory memory();

  /** Where memory for segments comes from. */
  FrameAllocator frames();

  /** The time that requests are stamped with. */
  Clock clock();

  /**
   * Puts a request into the ring. Whether the device is told is the batch policy's choice; {@link
   * #kick} makes sure of it.
   *
   * @return false when the ring has no room: kick, reap, and try again
   * @throws IllegalArgumentException when the request breaks the {@link #limits}
   * @throws BlockDeviceException when the device is broken
   */
  boolean submit(BlockRequest request);

  /** Publishes what was submitted, and notifies the device if it wants to be. */
  void kick();

  /**
   * Ends every request that the device has completed, in the device's order.
   *
   * @return how many that were
   * @throws BlockDeviceException when the device answered something that was not asked
   */
  int reap();

  /**
   * Waits until {@link #reap} has something to do. Returns at once when nothing is in flight. What
   * was submitted and not kicked is announced as the batch policy says, and in any case when
   * nothing else could end the wait.
   */
  void await();

  /** How many requests were submitted and have not ended. */
  int inFlight();

  /** Resets the device and gives its memory back. Nothing may be in flight. */
  @Override
  void close();
}
