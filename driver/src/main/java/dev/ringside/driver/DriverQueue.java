package dev.ringside.driver;

/**
 * A virtqueue from the driver's side. A chain is written buffer by buffer, stays the driver's own
 * until it is published, and comes back with the token it was given:
 *
 * <pre>
 *   begin, readable ... writable ..., commit    one chain, invisible to the device
 *   publish                                     all committed chains, with one index
 *   wantsKick                                   decided once for the batch
 *   nextUsed ... nextUsed                       tokens of chains that the device is done with
 * </pre>
 *
 * <p>The driver trusts the device as little as the device trusts it: which descriptors a chain has
 * is kept where the device cannot reach, and a used entry that names no chain in flight ends in a
 * {@link BlockDeviceException}. One task at a time uses a queue.
 */
sealed interface DriverQueue permits SplitDriverQueue {
  /** What {@link #nextUsed} returns when no chain has come back. */
  int NONE = -1;

  /** How many descriptors the ring has. */
  int size();

  /**
   * Begins a chain.
   *
   * @param buffers how many will follow
   * @return false when the ring has no room for it now
   */
  boolean begin(int buffers);

  /** Adds a buffer that the device reads. All of these come before the first writable one. */
  void readable(long address, int length);

  /** Adds a buffer that the device writes. */
  void writable(long address, int length);

  /**
   * Ends the chain.
   *
   * @param token 0 or more; {@link #nextUsed} returns it
   */
  void commit(int token);

  /** Makes the committed chains visible to the device; says how many these are. */
  int publish();

  /** Whether the device wants to be notified of what was just published. */
  boolean wantsKick();

  /**
   * Where the next chain will be made available, as a notification carries it with
   * NOTIFICATION_DATA: 16 bits, for a packed ring the wrap counter in the highest one.
   */
  int position();

  /** Whether {@link #nextUsed} has a token. */
  boolean hasUsed();

  /**
   * Takes the next chain back.
   *
   * @return its token, or {@link #NONE}
   * @throws BlockDeviceException when the device gives back what it does not have
   */
  int nextUsed();

  /**
   * Asks for an interrupt with the next used chain.
   *
   * @return true when one is used already; then no interrupt may come for it
   */
  boolean enableInterrupts();

  /** Asks for no interrupts; one may still come. */
  void disableInterrupts();

  /** Gives the ring's memory back. The device has been reset. */
  void free();
}
