package dev.ringside.lab.trace;

/**
 * A block device's number in the recorded system.
 *
 * @param major 0 to 4095
 * @param minor 0 to 1048575
 */
public record DeviceNumber(int major, int minor) {
  private static final int MINOR_BITS = 20;

  /** Takes the kernel's own 32-bit form apart: 12 bits of major above 20 bits of minor. */
  static DeviceNumber ofKernel(int device) {
    return new DeviceNumber(device >>> MINOR_BITS, device & ((1 << MINOR_BITS) - 1));
  }

  /** As blkparse prints it: {@code 254,16}. */
  @Override
  public String toString() {
    return major + "," + minor;
  }
}
