package dev.ringside.driver;

import java.util.Arrays;

/**
 * What stands between header and status in a chain: the buffers that the device reads, then those
 * that it writes. An object serves one chain after the other without allocation.
 */
final class ChainBuffers {
  private static final int INITIAL_CAPACITY = 8;

  private long[] addresses = new long[INITIAL_CAPACITY];
  private int[] lengths = new int[INITIAL_CAPACITY];
  private int count;
  private int readable;

  /** Takes all buffers away. */
  void clear() {
    count = 0;
    readable = 0;
  }

  /** Adds a buffer that the device reads. All of these come before the first writable one. */
  void readable(long address, int length) {
    add(address, length);
    readable = count;
  }

  /** Adds a buffer that the device writes. */
  void writable(long address, int length) {
    add(address, length);
  }

  private void add(long address, int length) {
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    addresses[count] = address;
    lengths[count] = length;
    count++;
  }

  /**
   * Whether a buffer begins where the last one ends, and both together are no longer than this.
   * They are of a kind when it is data of the same operation.
   */
  boolean continues(long address, int length, long maxBytes) {
    return count > 0
        && addresses[count - 1] + lengths[count - 1] == address
        && (long) lengths[count - 1] + length <= Math.min(maxBytes, Integer.MAX_VALUE);
  }

  /** Makes the last buffer longer. */
  void extend(int length) {
    lengths[count - 1] += length;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** Guest-physical address of a buffer. */
  long address(int index) {
    return addresses[index];
  }

  /** Length of a buffer in bytes. */
  int length(int index) {
    return lengths[index];
  }

  /** Whether the device writes a buffer. */
  boolean deviceWrites(int index) {
    return index >= readable;
  }
}
