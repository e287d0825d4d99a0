package dev.ringside.driver;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request to a {@link BlockDevice}: an operation, where on the disk, and which guest memory. An
 * object serves any number of requests, one after the other:
 *
 * <pre>{@code
 * request.write(sector).segment(first, 4096).segment(second, 8192);
 * }</pre>
 */
public final class BlockRequest {
  private static final int INITIAL_SEGMENTS = 4;

  private BlockOperation operation = BlockOperation.READ;
  private long sector;
  private long sectorCount;
  private long[] addresses = new long[INITIAL_SEGMENTS];
  private int[] lengths = new int[INITIAL_SEGMENTS];
  private int segments;
  private long bytes;
  private BlockStatus status = BlockStatus.PENDING;
  private boolean inFlight;
  private long submittedAt;
  private long completedAt;
  private @Nullable BlockCompletion completion;

  /** Makes this a read that starts at {@code sector}; {@link #segment} says into what. */
  public BlockRequest read(long sector) {
    return start(BlockOperation.READ, sector, 0);
  }

  /** Makes this a write that starts at {@code sector}; {@link #segment} says from what. */
  public BlockRequest write(long sector) {
    return start(BlockOperation.WRITE, sector, 0);
  }

  /** Makes this a flush. */
  public BlockRequest flush() {
    return start(BlockOperation.FLUSH, 0, 0);
  }

  /** Makes this a discard of {@code count} sectors. */
  public BlockRequest discard(long sector, long count) {
    return start(BlockOperation.DISCARD, sector, count);
  }

  /** Makes this a request for the device's serial; one segment of 20 bytes receives it. */
  public BlockRequest getId() {
    return start(BlockOperation.GET_ID, 0, 0);
  }

  private BlockRequest start(BlockOperation next, long nextSector, long count) {
    if (inFlight) {
      throw new IllegalStateException("the request is in flight");
    }
    operation = next;
    sector = nextSector;
    sectorCount = count;
    segments = 0;
    bytes = 0;
    status = BlockStatus.PENDING;
    return this;
  }

  /**
   * Adds guest memory at the end of the data.
   *
   * @param address guest-physical
   * @param length in bytes, positive
   */
  public BlockRequest segment(long address, int length) {
    if (inFlight) {
      throw new IllegalStateException("the request is in flight");
    }
    if (length <= 0) {
      throw new IllegalArgumentException("a segment of " + length + " bytes");
    }
    if (segments == addresses.length) {
      addresses = Arrays.copyOf(addresses, segments * 2);
      lengths = Arrays.copyOf(lengths, segments * 2);
    }
    addresses[segments] = address;
    lengths[segments] = length;
    segments++;
    bytes += length;
    return this;
  }

  /** Sets what {@link BlockDevice#reap} calls when the request has ended; it stays set. */
  public BlockRequest onCompletion(@Nullable BlockCompletion action) {
    completion = action;
    return this;
  }

  public BlockOperation operation() {
    return operation;
  }

  /** The first sector, in units of 512 bytes. */
  public long sector() {
    return sector;
  }

  /** How many sectors the request covers. */
  public long sectorCount() {
    return operation == BlockOperation.DISCARD ? sectorCount : bytes / BlockLimits.SECTOR_SIZE;
  }

  /** How many segments there are. */
  public int segments() {
    return segments;
  }

  /** Guest-physical address of a segment. */
  public long segmentAddress(int index) {
    return addresses[index];
  }

  /** Length of a segment in bytes. */
  public int segmentLength(int index) {
    return lengths[index];
  }

  /** Length of all segments in bytes. */
  public long bytes() {
    return bytes;
  }

  /** How it ended, once it has. */
  public BlockStatus status() {
    return status;
  }

  /** When it was submitted, on {@link BlockDevice#clock}. */
  public long submittedAt() {
    return submittedAt;
  }

  /** When it was reaped, on {@link BlockDevice#clock}. */
  public long completedAt() {
    return completedAt;
  }

  /** Whether a device holds it. */
  public boolean isInFlight() {
    return inFlight;
  }

  void submitted(long time) {
    inFlight = true;
    submittedAt = time;
  }

  /** The device was reset, and does not hold it any more; it has not ended. */
  void withdrawn() {
    inFlight = false;
  }

  void completed(BlockStatus result, long time) {
    inFlight = false;
    status = result;
    completedAt = time;
    if (completion != null) {
      completion.completed(this);
    }
  }

  @Override
  public String toString() {
    return "%s sector %d, %d sectors, %s".formatted(operation, sector, sectorCount(), status);
  }
}
