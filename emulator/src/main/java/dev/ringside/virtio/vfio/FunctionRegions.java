package dev.ringside.virtio.vfio;

import dev.ringside.machine.Bus;
import dev.ringside.machine.LittleEndian;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.pci.MsixTable;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.virtio.spec.VfioUserLayout.RegionInfo;
import dev.ringside.virtio.transport.PciFunction;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A function's regions by their numbers: the windows behind its base addresses, and its
 * configuration space (vfio-user 0.0, "Read and Write Operations").
 *
 * <p>A window is accessed as a processor does it, 1, 2, 4 or 8 bytes at a time. The configuration
 * space takes any number, which become the widest aligned accesses.
 */
final class FunctionRegions {
  private static final long CONFIGURATION_BYTES = 1L << PciAddressMap.FUNCTION_SHIFT;

  private final PciFunction function;
  private final @Nullable RegisterWindow[] windows = new RegisterWindow[RegionInfo.COUNT];
  private final long[] sizes = new long[RegionInfo.COUNT];
  private final @Nullable ClientMsixTable table;

  FunctionRegions(PciFunction function) {
    this.function = function;
    for (int i = 0; i < PciHeader.BASE_ADDRESSES; i++) {
      Bus.MovableWindow window = function.window(i);
      if (window != null) {
        windows[i] = window.window();
        sizes[i] = window.size();
      }
    }
    MsixTable msix = function.msix();
    this.table = msix == null ? null : new ClientMsixTable(msix);
    if (table != null) {
      windows[function.msixWindow()] = table;
    }
    windows[RegionInfo.CONFIGURATION] = function;
    sizes[RegionInfo.CONFIGURATION] = CONFIGURATION_BYTES;
  }

  /** The size of a region in bytes; 0 for one that is not there. */
  long size(int index) {
    return sizes[index];
  }

  /** The function was reset. */
  void reset() {
    if (table != null) {
      table.reset();
    }
  }

  /**
   * Checks an access, all of whose numbers are a client's.
   *
   * @param region unsigned
   * @param count unsigned
   * @throws RefusedException when it is not all in one region, or of no width that a register has
   */
  void check(long region, long offset, long count) throws RefusedException {
    if (region >= RegionInfo.COUNT || windows[(int) region] == null) {
      throw RefusedException.invalid("there is no region %d".formatted(region));
    }
    long size = sizes[(int) region];
    if (count == 0 || count > size || Long.compareUnsigned(offset, size - count) > 0) {
      throw RefusedException.invalid(
          "0x%x + %d is not in region %d of %d bytes".formatted(offset, count, region, size));
    }
    boolean anyWidth = region == RegionInfo.CONFIGURATION;
    if (!anyWidth && (count > Long.BYTES || Long.bitCount(count) != 1)) {
      throw RefusedException.invalid("an access of %d bytes to region %d".formatted(count, region));
    }
  }

  /** Reads what was checked. */
  void read(int region, long offset, int count, MemorySegment target, long at) {
    RegisterWindow window = window(region);
    for (int done = 0; done < count; ) {
      int width = width(offset + done, count - done, region);
      put(target, at + done, width, window.read(offset + done, width));
      done += width;
    }
  }

  /** Writes what was checked. */
  void write(int region, long offset, int count, MemorySegment source, long at) {
    RegisterWindow window = window(region);
    for (int done = 0; done < count; ) {
      int width = width(offset + done, count - done, region);
      window.write(offset + done, width, get(source, at + done, width));
      done += width;
    }
  }

  private RegisterWindow window(int region) {
    RegisterWindow window = windows[region];
    return window == null ? function : window;
  }

  private static int width(long offset, int left, int region) {
    if (region != RegionInfo.CONFIGURATION) {
      return left;
    }
    int aligned = (int) Long.lowestOneBit(offset | Integer.BYTES);
    return Math.min(aligned, Integer.highestOneBit(left));
  }

  private static void put(MemorySegment target, long at, int width, long value) {
    switch (width) {
      case Byte.BYTES -> target.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case Short.BYTES -> LittleEndian.setU16(target, at, (int) value);
      case Integer.BYTES -> LittleEndian.setU32(target, at, (int) value);
      default -> LittleEndian.setU64(target, at, value);
    }
  }

  private static long get(MemorySegment source, long at, int width) {
    return switch (width) {
      case Byte.BYTES -> source.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
      case Short.BYTES -> LittleEndian.getU16(source, at);
      case Integer.BYTES -> LittleEndian.getU32(source, at) & 0xffff_ffffL;
      default -> LittleEndian.getU64(source, at);
    };
  }
}
