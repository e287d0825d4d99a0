package dev.ringside.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guest-physical address space outside RAM: register windows, each at an address range of its
 * own. An access outside every window, or across the end of one, reads as all ones and writes
 * nothing, as on a PC.
 *
 * <p>Windows are mapped while the machine is put together, before the guest runs.
 */
public final class Bus {
  private final List<Mapping> mappings = new ArrayList<>();

  /**
   * Makes a window reachable.
   *
   * @param base guest-physical address of its first byte
   * @param size in bytes, positive
   * @throws IllegalArgumentException when the range wraps or overlaps another window
   */
  public void map(long base, long size, RegisterWindow window) {
    Mapping added = new Mapping(base, size, window);
    if (size <= 0 || base < 0 || base + size < 0) {
      throw new IllegalArgumentException("register window %s".formatted(added));
    }
    for (Mapping mapping : mappings) {
      if (base < mapping.base + mapping.size && mapping.base < base + size) {
        throw new IllegalArgumentException(
            "register window %s overlaps %s".formatted(added, mapping));
      }
    }
    mappings.add(added);
  }

  /**
   * Reads a register.
   *
   * @param width 1, 2, 4 or 8 bytes
   */
  public long read(long address, int width) {
    Mapping mapping = find(address, width);
    return mapping == null
        ? -1L >>> (Long.SIZE - width * Byte.SIZE)
        : mapping.window.read(address - mapping.base, width);
  }

  /**
   * Writes a register.
   *
   * @param width 1, 2, 4 or 8 bytes
   */
  public void write(long address, int width, long value) {
    Mapping mapping = find(address, width);
    if (mapping != null) {
      mapping.window.write(address - mapping.base, width, value);
    }
  }

  /** Reads a 32-bit register. */
  public int read32(long address) {
    return (int) read(address, Integer.BYTES);
  }

  /** Writes a 32-bit register. */
  public void write32(long address, int value) {
    write(address, Integer.BYTES, value & 0xffff_ffffL);
  }

  // A plain loop: a machine has a handful of windows, and a kick passes here.
  private @Nullable Mapping find(long address, int width) {
    for (int i = 0; i < mappings.size(); i++) {
      Mapping mapping = mappings.get(i);
      long offset = address - mapping.base;
      if (offset >= 0 && offset <= mapping.size - width) {
        return mapping;
      }
    }
    return null;
  }

  private record Mapping(long base, long size, RegisterWindow window) {
    @Override
    public String toString() {
      return "0x%x + 0x%x".formatted(base, size);
    }
  }
}
