package dev.ringside.ext4.cache;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A metadata block in guest memory. Whoever gets one from the {@link MetadataCache} holds it until
 * {@link #close}: meanwhile it is not evicted, and {@link #bytes} stays what it is.
 */
public final class CachedBlock implements AutoCloseable {
  static final long NO_BLOCK = -1;

  final MemorySegment bytes;
  final long address;
  long number = NO_BLOCK;
  int holders;

  /** What the block was verified as, or null when its content did not arrive. */
  @Nullable BlockCheck verifiedAs;

  /** The next block of the same hash bucket. */
  @Nullable CachedBlock sameBucket;

  /** Neighbours in the order of use. */
  CachedBlock newer = this;

  CachedBlock older = this;

  CachedBlock(MemorySegment bytes, long address) {
    this.bytes = bytes;
    this.address = address;
  }

  /** The block's content. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** The block's number on the filesystem. */
  public long number() {
    return number;
  }

  /** Lets the block go. */
  @Override
  public void close() {
    if (holders == 0) {
      throw new IllegalStateException("block " + number + " is held by nobody");
    }
    holders--;
  }

  void unlink() {
    newer.older = older;
    older.newer = newer;
  }

  void linkBefore(CachedBlock mark) {
    newer = mark;
    older = mark.older;
    older.newer = this;
    mark.older = this;
  }
}
