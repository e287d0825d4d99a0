package dev.ringside.lab.replay;

import dev.ringside.driver.BlockLimits;
import dev.ringside.machine.GuestMemory;

/**
 * What replayed writes carry, as a trace holds no data: every sector says which it is and which
 * request wrote it, so an image tells afterwards who was last.
 *
 * <pre>
 *   0             8             16                  512
 *   | sector u64  | request u64 | 0x52 0x52 0x52 .. |     little-endian
 * </pre>
 *
 * <p>Requests are numbered from 1 in the order of submission, through all repeats.
 */
public final class WritePattern {
  /** The byte that fills the rest of a sector. */
  public static final byte FILL = 0x52;

  /** Where the sector's number is. */
  public static final int SECTOR_OFFSET = 0;

  /** Where the request's number is. */
  public static final int REQUEST_OFFSET = 8;

  private WritePattern() {}

  /** Makes a buffer ready: the fill goes in once, as {@link #stamp} leaves it alone. */
  static void prepare(GuestMemory memory, long address, long bytes) {
    memory.fill(address, bytes, FILL);
  }

  /** Writes the heads of {@code count} sectors. */
  static void stamp(GuestMemory memory, long address, long sector, int count, long request) {
    for (int i = 0; i < count; i++) {
      long at = address + (long) i * BlockLimits.SECTOR_SIZE;
      memory.setU64(at + SECTOR_OFFSET, sector + i);
      memory.setU64(at + REQUEST_OFFSET, request);
    }
  }
}
