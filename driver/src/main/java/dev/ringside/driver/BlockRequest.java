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
  private static final int INITIAL_RANGES = 4;
  private static final long[] NO_RANGES = {};

  private BlockOperation operation = BlockOperation.READ;
  private long sector;
  private long[] addresses = new long[INITIAL_SEGMENTS];
  private int[] lengths = new int[INITIAL_SEGMENTS];
  private int segments;
  private long bytes;
  private int longestSegment;
  private long[] rangeSectors = NO_RANGES;
  private long[] rangeCounts = NO_RANGES;
  private int ranges;
  private boolean unmap;
  private long appendedSector;
  private BlockStatus status = BlockStatus.PENDING;
  private boolean inFlight;
  private long submittedAt;
  private long issuedAt;
  private long completedAt;
  private long order;

  /** The driver submits it again; its owner has submitted it once. */
  private boolean repeated;

  private int retries;
  private int reissues;
  private @Nullable BlockCompletion completion;

  /** The next request of the chain that this one was merged into. */
  private @Nullable BlockRequest next;

  /** Whose request this is on a queue that several tasks share. */
  private @Nullable QueueShare owner;

  /** Makes this a read that starts at {@code sector}; {@link #segment} says into what. */
  public BlockRequest read(long sector) {
    return start(BlockOperation.READ, sector);
  }

  /** Makes this a write that starts at {@code sector}; {@link #segment} says from what. */
  public BlockRequest write(long sector) {
    return start(BlockOperation.WRITE, sector);
  }

  /** Makes this a flush. */
  public BlockRequest flush() {
    return start(BlockOperation.FLUSH, 0);
  }

  /** Makes this a discard of {@code count} sectors; {@link #range} adds more. */
  public BlockRequest discard(long sector, long count) {
    return start(BlockOperation.DISCARD, sector).range(sector, count);
  }

  /**
   * Makes this a write of zeros to {@code count} sectors; {@link #range} adds more.
   *
   * @param giveBack whether the device may give the sectors' space back
   */
  public BlockRequest writeZeroes(long sector, long count, boolean giveBack) {
    start(BlockOperation.WRITE_ZEROES, sector).unmap = giveBack;
    return range(sector, count);
  }

  /** Makes this a secure erase of {@code count} sectors; {@link #range} adds more. */
  public BlockRequest secureErase(long sector, long count) {
    return start(BlockOperation.SECURE_ERASE, sector).range(sector, count);
  }

  /** Makes this a request for the device's serial; one segment of 20 bytes receives it. */
  public BlockRequest getId() {
    return start(BlockOperation.GET_ID, 0);
  }

  /**
   * Makes this a request for the device's wear; one segment of {@link DiskLifetime#SIZE} bytes
   * receives it.
   */
  public BlockRequest getLifetime() {
    return start(BlockOperation.GET_LIFETIME, 0);
  }

  /**
   * Makes this a write to wherever the write pointer of a zone is; {@link #appendedSector} says
   * where that was.
   *
   * @param zone its first sector
   */
  public BlockRequest zoneAppend(long zone) {
    return start(BlockOperation.ZONE_APPEND, zone);
  }

  /**
   * Makes this a request for the state of zones, from the one that {@code sector} lies in; segments
   * of {@link ZoneReport#sizeFor} bytes receive it.
   */
  public BlockRequest zoneReport(long sector) {
    return start(BlockOperation.ZONE_REPORT, sector);
  }

  /**
   * Makes this an operation on a zone without data.
   *
   * @param operation {@link BlockOperation#ZONE_OPEN}, {@link BlockOperation#ZONE_CLOSE}, {@link
   *     BlockOperation#ZONE_FINISH} or {@link BlockOperation#ZONE_RESET}
   * @param zone its first sector
   */
  public BlockRequest zone(BlockOperation operation, long zone) {
    return switch (operation) {
      case ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET -> start(operation, zone);
      case READ,
          WRITE,
          FLUSH,
          DISCARD,
          WRITE_ZEROES,
          SECURE_ERASE,
          GET_ID,
          GET_LIFETIME,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_RESET_ALL ->
          throw new IllegalArgumentException(operation + " is not an operation on one zone");
    };
  }

  /** Makes this a reset of all sequential zones. */
  public BlockRequest zoneResetAll() {
    return start(BlockOperation.ZONE_RESET_ALL, 0);
  }

  private BlockRequest start(BlockOperation next, long nextSector) {
    requireNotInFlight();
    operation = next;
    sector = nextSector;
    segments = 0;
    bytes = 0;
    longestSegment = 0;
    if (ranges != 0) {
      ranges = 0;
      unmap = false;
    }
    status = BlockStatus.PENDING;
    return this;
  }

  private void requireNotInFlight() {
    if (inFlight) {
      throw new IllegalStateException("the request is in flight");
    }
  }

  /** Adds sectors to a discard, write of zeros or secure erase. */
  public BlockRequest range(long first, long count) {
    requireNotInFlight();
    if (!coversRanges(operation)) {
      throw new IllegalStateException(operation + " covers no ranges");
    }
    if (ranges == rangeSectors.length) {
      int room = Math.max(INITIAL_RANGES, ranges * 2);
      rangeSectors = Arrays.copyOf(rangeSectors, room);
      rangeCounts = Arrays.copyOf(rangeCounts, room);
    }
    rangeSectors[ranges] = first;
    rangeCounts[ranges] = count;
    ranges++;
    return this;
  }

  private static boolean coversRanges(BlockOperation operation) {
    return operation == BlockOperation.DISCARD
        || operation == BlockOperation.WRITE_ZEROES
        || operation == BlockOperation.SECURE_ERASE;
  }

  /**
   * Adds guest memory at the end of the data.
   *
   * @param address guest-physical
   * @param length in bytes, positive
   */
  public BlockRequest segment(long address, int length) {
    requireNotInFlight();
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
    longestSegment = Math.max(longestSegment, length);
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

  /** How many sectors the request covers, in all of its ranges. */
  public long sectorCount() {
    if (ranges == 0) {
      return bytes / BlockLimits.SECTOR_SIZE;
    }
    long count = 0;
    for (int i = 0; i < ranges; i++) {
      count += rangeCounts[i];
    }
    return count;
  }

  /** How many ranges there are; none, unless the operation covers ranges. */
  public int ranges() {
    return ranges;
  }

  /** First sector of a range. */
  public long rangeSector(int index) {
    return rangeSectors[index];
  }

  /** How many sectors a range has. */
  public long rangeCount(int index) {
    return rangeCounts[index];
  }

  /** Whether a write of zeros may give space back. */
  public boolean unmap() {
    return unmap;
  }

  /**
   * Where a {@link BlockOperation#ZONE_APPEND} that ended well has put its data. A number of the
   * device's: it is checked when a request uses it.
   */
  public long appendedSector() {
    return appendedSector;
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

  /** Length of the longest segment in bytes. */
  int longestSegment() {
    return longestSegment;
  }

  /** What stands in the header: only operations at one place have a sector there. */
  long headerSector() {
    return ranges == 0 ? sector : 0;
  }

  void appendedAt(long where) {
    appendedSector = where;
  }

  /** How it ended, once it has. */
  public BlockStatus status() {
    return status;
  }

  /** When it was submitted, on {@link BlockDevice#clock}; the first time, if there are several. */
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

  /** How often {@link RetryPolicy} has had it tried again since it was submitted. */
  public int retries() {
    return retries;
  }

  /** How often it has gone to the device again after a reset since it was submitted. */
  public int reissues() {
    return reissues;
  }

  /**
   * It is in a ring.
   *
   * @param place among all that this ring was given
   */
  void submitted(long time, long place) {
    inFlight = true;
    issuedAt = time;
    order = place;
    if (!repeated) {
      submittedAt = time;
    }
  }

  /** The device learns of it only now. */
  void announced(long time) {
    issuedAt = time;
  }

  /** When the device got it last. */
  long issuedAt() {
    return issuedAt;
  }

  /** Grows from one submission to a queue to the next. */
  long order() {
    return order;
  }

  /** A driver that tries again takes it from its owner. */
  void forgetRepeats() {
    retries = 0;
    reissues = 0;
  }

  /** It is to be tried again. */
  void countRetry() {
    retries++;
    repeated = true;
  }

  /** It is to go to a device that has been reset. */
  void countReissue() {
    reissues++;
    repeated = true;
  }

  void completed(BlockStatus result, long time) {
    repeated = false;
    status = result;
    completedAt = time;
    if (owner != null) {
      owner.ended(this);
      return;
    }
    inFlight = false;
    if (completion != null) {
      completion.completed(this);
    }
  }

  /** Says whose request this is when it is not the queue's only task's. */
  void belongsTo(@Nullable QueueShare task) {
    owner = task;
  }

  /** The end of {@link #completed}, in the task that submitted this request. */
  void delivered() {
    owner = null;
    inFlight = false;
    if (completion != null) {
      completion.completed(this);
    }
  }

  /** Puts a request behind this one, in a chain or in a list of those that have ended. */
  void link(BlockRequest following) {
    next = following;
  }

  /** The request behind this one. */
  @Nullable BlockRequest linked() {
    return next;
  }

  /** Data of all requests of the chain that begins with this one, in bytes. */
  long chainBytes() {
    long sum = 0;
    for (BlockRequest part = this; part != null; part = part.next) {
      sum += part.bytes();
    }
    return sum;
  }

  /** The request behind this one, which from now on stands alone. */
  @Nullable BlockRequest unlink() {
    BlockRequest following = next;
    next = null;
    return following;
  }

  @Override
  public String toString() {
    return "%s sector %d, %d sectors, %s".formatted(operation, sector, sectorCount(), status);
  }
}
