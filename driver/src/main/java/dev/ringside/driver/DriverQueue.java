package dev.ringside.driver;

/**
 * A virtqueue from the driver's side. The chain of a request is its slot's header, the data and the
 * slot's status byte; it stays the driver's own until it is published, and comes back as the number
 * of its slot:
 *
 * <pre>
 *   hasRoom, add                chains, invisible to the device
 *   publish                     all of them, with one store
 *   wantsKick                   decided once for the batch
 *   nextUsed ... nextUsed       slots of chains that the device is done with
 * </pre>
 *
 * <p>The driver trusts the device as little as the device trusts it: which chain a slot has is kept
 * where the device cannot reach, and a used entry that names no chain in flight ends in a {@link
 * BlockDeviceException}. One task at a time uses a queue.
 */
sealed interface DriverQueue permits SplitDriverQueue, PackedDriverQueue {
  /** What {@link #nextUsed} returns when no chain has come back. */
  int NONE = -1;

  /** How many descriptors the ring has. */
  int size();

  /** Guest-physical address of the descriptor area (section 2.6). */
  long descriptorArea();

  /** Guest-physical address of the driver area. */
  long driverArea();

  /** Guest-physical address of the device area. */
  long deviceArea();

  /** Whether {@link #add} has room for a chain with so many buffers between header and status. */
  boolean hasRoom(int buffers);

  /**
   * Adds a slot's chain with one data buffer. There must be room.
   *
   * @param slot whose chain is not in the ring
   * @param deviceWrites whether the device writes the buffer
   * @return what the device calls the chain: its head, or its buffer id in a packed ring
   */
  int add(int slot, long address, int length, boolean deviceWrites);

  /**
   * Adds a slot's chain with any number of buffers between header and status. There must be room.
   *
   * @return as for the other
   */
  int add(int slot, ChainBuffers buffers);

  /** Makes the added chains visible to the device; says how many these are. */
  int publish();

  /** Whether the device wants to be notified of what was just published. */
  boolean wantsKick();

  /**
   * Where the next chain will be made available, as a notification carries it with
   * NOTIFICATION_DATA: 16 bits, for a packed ring the wrap counter in the highest one.
   */
  int position();

  /** Where this side stands. */
  RingCursors cursors();

  /** Whether {@link #nextUsed} has a slot. */
  boolean hasUsed();

  /**
   * Takes the next chain back.
   *
   * @return its slot, or {@link #NONE}
   * @throws BlockDeviceException when the device gives back what it does not have
   */
  int nextUsed();

  /**
   * How many bytes the device says that it has written into the chain that {@link #nextUsed} took
   * last: any 32 bits, unsigned. All ones for a chain that IN_ORDER let the device leave out, which
   * is used completely (sections 2.7.9 and 2.8.9).
   */
  int usedLength();

  /**
   * Asks for an interrupt with the next used chain.
   *
   * @return true when one is used already; then no interrupt may come for it
   */
  boolean enableInterrupts();

  /**
   * As {@link #enableInterrupts}, but asks for the interrupt only when a share of what the device
   * has now is used: of its chains in a split ring, of their descriptors in a packed one, and at
   * least one. Without EVENT_IDX it asks for the next one.
   *
   * @return true when a chain is used already, whatever the share
   */
  boolean enableInterruptsAfter(int numerator, int denominator);

  /** Asks for no interrupts; one may still come. */
  void disableInterrupts();

  /** Gives the ring's memory back. The device has been reset. */
  void free();
}
