package dev.ringside.driver;

import static dev.ringside.machine.pci.PciHeader.*;

import dev.ringside.machine.Bus;

/**
 * The memory windows of one PCI function: sizes them, and gives each a place of its own (PCI Local
 * Bus Specification 3.0, section 6.2.5.1). The function's answers are not trusted: a window of a
 * size that is no power of two, or that does not fit, counts as absent.
 */
final class PciWindows {
  private static final long WORD = 0xffff_ffffL;

  private final long[] bases = new long[BASE_ADDRESSES];
  private final long[] sizes = new long[BASE_ADDRESSES];
  private final Bus bus;
  private final long configuration;
  private long next;
  private final long end;

  /**
   * Places all windows; the function must not decode memory meanwhile.
   *
   * @param configuration guest-physical address of the function's configuration space
   * @param memory where windows may be placed
   * @param memorySize in bytes
   */
  PciWindows(Bus bus, long configuration, long memory, long memorySize) {
    this.bus = bus;
    this.configuration = configuration;
    this.next = memory;
    this.end = memory + memorySize;
    int index = 0;
    while (index < BASE_ADDRESSES) {
      index += place(index);
    }
  }

  /** Returns how many base addresses the window takes. */
  private int place(int index) {
    long register = configuration + BASE_ADDRESS + (long) Integer.BYTES * index;
    int flags = bus.read32(register);
    if ((flags & BASE_ADDRESS_IO) != 0) {
      return 1;
    }
    boolean wide = (flags & BASE_ADDRESS_TYPE) == BASE_ADDRESS_64 && index + 1 < BASE_ADDRESSES;
    long mask = size(register) & ~BASE_ADDRESS_FLAGS;
    long high = WORD << Integer.SIZE;
    if (wide) {
      high = (long) size(register + Integer.BYTES) << Integer.SIZE;
    }
    long size = (mask & WORD) == 0 && !wide ? 0 : -((mask & WORD) | high);
    long base = (next + size - 1) & -size;
    if (size > 0 && Long.bitCount(size) == 1 && size <= end - base) {
      bases[index] = base;
      sizes[index] = size;
      next = base + size;
    }
    bus.write32(register, (int) bases[index]);
    if (wide) {
      bus.write32(register + Integer.BYTES, (int) (bases[index] >>> Integer.SIZE));
    }
    return wide ? 2 : 1;
  }

  private int size(long register) {
    bus.write32(register, -1);
    return bus.read32(register);
  }

  /**
   * The guest-physical address of a structure in a window.
   *
   * @param offset 32 bits, unsigned
   * @param length 32 bits, unsigned
   * @return 0 when not all of it lies in a window that is there
   */
  long address(int index, long offset, long length) {
    boolean inside =
        index < BASE_ADDRESSES
            && length <= sizes[index]
            && offset <= sizes[index] - length
            && sizes[index] > 0;
    return inside ? bases[index] + offset : 0;
  }
}
