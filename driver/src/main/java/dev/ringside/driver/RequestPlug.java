package dev.ringside.driver;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes that gather before they are written into the ring, in the order of their
 * sectors. They cover disjoint ranges, so their order among each other does not matter to what they
 * read and leave on the disk. Whatever else is submitted, and a request that overlaps a gathered
 * one, goes into the ring behind all of these.
 *
 * <p>A chain takes as many neighbours as follow each other on the disk without a gap, with the same
 * operation, in one zone, up to the segments that a request may have and {@link #MAX_CHAIN_BYTES}.
 * Segments that follow each other in memory become one, up to the longest that a segment may be.
 * The requests of a chain are linked; they end together, and alike: a device says of a chain that
 * it failed, not of which part.
 */
final class RequestPlug {
  /** What merging makes at most, in bytes: the default limit of Linux's max_sectors_kb. */
  static final int MAX_CHAIN_BYTES = 1280 << 10;

  private @Nullable BlockRequest[] gathered;

  /** Those from here to {@link #end} are gathered; those before have been taken. */
  private int begin;

  private int end;

  /** The most buffers that the gathered requests have, header and status included. */
  private int buffers;

  // Of the chain that was taken last.
  private int parts;
  private long bytes;

  /**
   * An empty one.
   *
   * @param capacity the most requests that it will have
   */
  RequestPlug(int capacity) {
    gathered = new BlockRequest[capacity];
  }

  /** How many requests are gathered. */
  int count() {
    return end - begin;
  }

  /** The most descriptors that the gathered requests take. */
  int descriptors() {
    return buffers;
  }

  /** Whether a request may be gathered with the others, or must go behind them. */
  boolean takes(BlockRequest request) {
    if (!isTransfer(request)) {
      return false;
    }
    int place = placeOf(request);
    return (place == begin || endOf(at(place - 1)) <= request.sector())
        && (place == end || endOf(request) <= at(place).sector());
  }

  private static boolean isTransfer(BlockRequest request) {
    return request.operation() == BlockOperation.READ
        || request.operation() == BlockOperation.WRITE;
  }

  private static long endOf(BlockRequest request) {
    return request.sector() + request.sectorCount();
  }

  private BlockRequest at(int place) {
    BlockRequest request = gathered[place];
    if (request == null) {
      throw new IllegalStateException("nothing is gathered at " + place);
    }
    return request;
  }

  /** From the end: most come in ascending order. */
  private int placeOf(BlockRequest request) {
    int place = end;
    while (place > begin && at(place - 1).sector() > request.sector()) {
      place--;
    }
    return place;
  }

  /** Gathers a request that {@link #takes} takes. */
  void add(BlockRequest request) {
    if (begin == end) {
      begin = 0;
      end = 0;
    }
    if (end == gathered.length) {
      gathered = Arrays.copyOf(gathered, 2 * end);
    }
    int place = placeOf(request);
    System.arraycopy(gathered, place, gathered, place + 1, end - place);
    gathered[place] = request;
    end++;
    buffers += RequestRules.buffers(request) + IndirectTables.FRAMING;
  }

  /**
   * Takes the next chain.
   *
   * @param chain becomes what stands between header and status
   * @return the first of its requests, to which the others are linked; null when there is none
   */
  @Nullable BlockRequest takeChain(ChainBuffers chain, BlockLimits limits) {
    if (begin == end) {
      return null;
    }
    BlockRequest first = take();
    chain.clear();
    append(chain, first, limits);
    parts = 1;
    bytes = first.bytes();
    BlockRequest last = first;
    while (begin < end && continues(last, at(begin), chain, limits)) {
      BlockRequest next = take();
      append(chain, next, limits);
      parts++;
      bytes += next.bytes();
      last.link(next);
      last = next;
    }
    return first;
  }

  private BlockRequest take() {
    BlockRequest request = at(begin);
    gathered[begin++] = null;
    buffers -= RequestRules.buffers(request) + IndirectTables.FRAMING;
    return request;
  }

  private boolean continues(
      BlockRequest last, BlockRequest next, ChainBuffers chain, BlockLimits limits) {
    if (next.operation() != last.operation()
        || next.sector() != endOf(last)
        || bytes + next.bytes() > MAX_CHAIN_BYTES) {
      return false;
    }
    ZoneLimits zones = limits.zones();
    if (zones != null && zones.startOf(next.sector()) != zones.startOf(last.sector())) {
      return false;
    }
    boolean joined =
        chain.continues(next.segmentAddress(0), next.segmentLength(0), limits.maxSegmentBytes());
    return chain.count() + next.segments() - (joined ? 1 : 0) <= limits.maxSegments();
  }

  private static void append(ChainBuffers chain, BlockRequest request, BlockLimits limits) {
    boolean toDevice = request.operation().sendsData();
    for (int i = 0; i < request.segments(); i++) {
      long address = request.segmentAddress(i);
      int length = request.segmentLength(i);
      if (chain.continues(address, length, limits.maxSegmentBytes())) {
        chain.extend(length);
      } else if (toDevice) {
        chain.readable(address, length);
      } else {
        chain.writable(address, length);
      }
    }
  }

  /** Takes all requests back, which have not been written into the ring. */
  void withdrawInto(List<BlockRequest> withdrawn) {
    while (begin < end) {
      withdrawn.add(take());
    }
  }

  /** How many requests the chain has that was taken last. */
  int parts() {
    return parts;
  }

  /** How much data the chain has that was taken last. */
  long bytes() {
    return bytes;
  }
}
