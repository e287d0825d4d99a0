package dev.ringside.machine;

import java.io.IOException;

/** A region of memory that cannot be borrowed; the message says which one and why. */
public final class MemoryRegionException extends IOException {
  private static final long serialVersionUID = 1L;

  MemoryRegionException(long address, long size, String why) {
    super("memory region 0x%x + 0x%x: %s".formatted(address, size, why));
  }
}
