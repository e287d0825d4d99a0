package dev.ringside.machine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A region of memory that cannot be borrowed; the message says which one and why. */
public final class MemoryRegionException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean overlap;

  MemoryRegionException(long address, long size, @Nullable String why) {
    this(address, size, why, false);
  }

  private MemoryRegionException(long address, long size, @Nullable String why, boolean overlap) {
    super("memory region 0x%x + 0x%x: %s".formatted(address, size, why));
    this.overlap = overlap;
  }

  static MemoryRegionException overlap(long address, long size, long other, long otherSize) {
    String why = "overlaps region 0x%x + 0x%x".formatted(other, otherSize);
    return new MemoryRegionException(address, size, why, true);
  }

  /** Whether the reason is that another region is there already. */
  public boolean isOverlap() {
    return overlap;
  }
}
