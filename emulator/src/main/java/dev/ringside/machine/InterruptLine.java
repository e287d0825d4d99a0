package dev.ringside.machine;

/**
 * The wire from a device to the guest. The device raises it; the guest's driver waits on it, and
 * learns from the device's registers why it was raised. Raising an already raised line changes
 * nothing.
 */
public interface InterruptLine extends InterruptOutput {
  /** The guest's end: waits until the line is raised, and lowers it. */
  void await();

  /**
   * The guest's end: as {@link #await()}, but no longer than this.
   *
   * @param nanoseconds at most
   * @return false when the time was up before the line was raised
   */
  boolean await(long nanoseconds);

  /** The guest's end, without waiting: lowers a raised line, and says whether it was raised. */
  boolean consume();
}
