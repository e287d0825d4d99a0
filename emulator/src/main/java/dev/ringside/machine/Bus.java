package dev.ringside.machine;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The guest-physical address space outside RAM: register windows, each at an address range of its
 * own. An access outside every window, or across the end of one, reads as all ones and writes
 * nothing, as on a PC.
 *
 * <p>Fixed windows are mapped while the machine is put together and do not overlap. A movable
 * window goes where the guest says, at any time; where it overlaps another, the one that was there
 * first answers. Accesses take no lock and see either the old place or the new one.
 */
public final class Bus {
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced as a whole whenever a window comes, goes or moves. */
  private volatile Mapping[] mappings = {};

  /**
   * Makes a window reachable.
   *
   * @param base guest-physical address of its first byte
   * @param size in bytes, positive
   * @throws IllegalArgumentException when the range wraps or overlaps another window
   */
  public void map(long base, long size, RegisterWindow window) {
    Mapping added = new Mapping(base, size, window);
    if (!isPlace(base, size)) {
      throw new IllegalArgumentException("register window %s".formatted(added));
    }
    lock.lock();
    try {
      for (Mapping mapping : mappings) {
        if (base < mapping.base + mapping.size && mapping.base < base + size) {
          throw new IllegalArgumentException(
              "register window %s overlaps %s".formatted(added, mapping));
        }
      }
      replace(null, added);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A window that the guest places.
   *
   * @param size in bytes, positive
   */
  public MovableWindow movable(long size, RegisterWindow window) {
    return new MovableWindow(size, window);
  }

  private static boolean isPlace(long base, long size) {
    return size > 0 && base >= 0 && base + size >= 0;
  }

  /** The caller holds the lock. */
  private void replace(@Nullable Mapping removed, @Nullable Mapping added) {
    Mapping[] next =
        Arrays.stream(mappings).filter(mapping -> !mapping.equals(removed)).toArray(Mapping[]::new);
    if (added != null) {
      next = Arrays.copyOf(next, next.length + 1);
      next[next.length - 1] = added;
    }
    mappings = next;
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
    Mapping[] current = mappings;
    for (int i = 0; i < current.length; i++) {
      Mapping mapping = current[i];
      long offset = address - mapping.base;
      if (offset >= 0 && offset <= mapping.size - width) {
        return mapping;
      }
    }
    return null;
  }

  /** A window whose place the guest decides; nowhere at first. */
  public final class MovableWindow {
    private final long size;
    private final RegisterWindow window;
    private @Nullable Mapping mapping;

    private MovableWindow(long size, RegisterWindow window) {
      this.size = size;
      this.window = window;
    }

    /** In bytes. */
    public long size() {
      return size;
    }

    /** What answers there. */
    public RegisterWindow window() {
      return window;
    }

    /**
     * Moves the window. At an address from which it would wrap it cannot be reached.
     *
     * @param base guest-physical address of its first byte
     */
    public void moveTo(long base) {
      if (mapping == null || mapping.base != base) {
        place(isPlace(base, size) ? new Mapping(base, size, window) : null);
      }
    }

    /** Takes the window out of the address space. */
    public void remove() {
      place(null);
    }

    private void place(@Nullable Mapping next) {
      lock.lock();
      try {
        replace(mapping, next);
        mapping = next;
      } finally {
        lock.unlock();
      }
    }
  }

  private record Mapping(long base, long size, RegisterWindow window) {
    @Override
    public String toString() {
      return "0x%x + 0x%x".formatted(base, size);
    }
  }
}
