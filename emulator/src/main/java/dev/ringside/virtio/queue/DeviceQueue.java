package dev.ringside.virtio.queue;

import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.RingState;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A running virtqueue from the device's side. Work on it goes in batches, with one verb a step:
 *
 * <pre>
 *   pop ... pop               take chains until there are none
 *   enableKicks               ask to be notified, and look once more
 *   addUsed ... addUsed       note completions, invisible to the driver
 *   publishUsed               make them visible at once; says whether to interrupt
 * </pre>
 *
 * <p>One task at a time uses a queue. The indices that decide are the device's own: the guest
 * cannot change them by writing to the ring.
 */
public sealed interface DeviceQueue permits SplitDeviceQueue, PackedDeviceQueue {
  /** How many descriptors the ring has. */
  int size();

  /**
   * Takes the next available chain.
   *
   * @param chain receives it
   * @return false when no chain is available
   * @throws RingViolationException when the driver broke a rule; the queue must not be used again
   */
  boolean pop(DescriptorChain chain) throws RingViolationException;

  /**
   * Reads a word of what the next chains point at, so that their cache lines leave the driver's
   * core together and not one after the other. A hint: it changes nothing, and nothing comes of
   * what it reads.
   *
   * @param chains how many, at most
   * @throws RingViolationException as for {@link #pop}
   */
  void preload(int chains) throws RingViolationException;

  /**
   * Notes that a chain is done; the driver does not see it before {@link #publishUsed}. With
   * IN_ORDER the chains must come in the order in which they were popped.
   *
   * @param chain as {@link #pop} filled it
   * @param written bytes written into its device-writable buffers, from the first on
   */
  void addUsed(DescriptorChain chain, long written);

  /** Whether IN_ORDER was agreed on. */
  boolean inOrder();

  /**
   * As {@link #addUsed}, but the used entry names another chain than the one that is done: the way
   * to be a device that is broken.
   *
   * @param id what the entry says; any number that fits it
   */
  void addUsedAs(int id, DescriptorChain chain, long written);

  /**
   * Publishes all noted completions with one store, and decides once about the interrupt.
   *
   * @return whether the driver wants one; false when nothing was noted
   */
  boolean publishUsed();

  /** How many completions are noted and not published. */
  int unpublished();

  /** Tells the driver that its notifications are not needed. */
  void suppressKicks();

  /**
   * Asks the driver to notify the device of the next chain.
   *
   * @return true when a chain is available already; then no notification may come for it
   * @throws RingViolationException as for {@link #pop}
   */
  boolean enableKicks() throws RingViolationException;

  /** What this side keeps to itself. Nothing may be noted that is not published. */
  RingState state();

  /**
   * Takes over chains that were in flight when a device was saved; {@code QueueConfig.restore} has
   * made this queue from the same state. Nothing was popped before.
   *
   * @throws DeviceStateException when these cannot be all the chains in flight
   */
  void adopt(List<DescriptorChain> inFlight) throws DeviceStateException;

  /** How much memory the account of {@link #keepAccount} takes, in bytes. */
  static long accountBytes(long features, int size) {
    return Feature.RING_PACKED.isIn(features)
        ? PackedInFlight.bytes(size)
        : SplitInFlight.bytes(size);
  }

  /**
   * Keeps account of the chains in flight in memory that outlives this process. Chains that a
   * device before this one has left there are popped first, and the ring goes on behind them.
   * Nothing was popped before.
   *
   * @param account zeros, or what another device left; at least {@link #accountBytes}
   * @throws DeviceStateException when it is damaged, or of another ring
   */
  void keepAccount(MemorySegment account) throws DeviceStateException;

  /** The ring stops with nothing in flight; an account of it says so. */
  void closeAccount();
}
