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
  private final EvictionOrder order;
  int holders;
  private boolean dirty;
  private boolean unsealed;
  private BlockSeal seal = BlockSeal.NONE;
  private @Nullable BlockAttachment attachment;

  /** What the block was verified as, or null when its content did not arrive. */
  @Nullable BlockCheck verifiedAs;

  /** The next block of the same hash bucket. */
  @Nullable CachedBlock sameBucket;

  /** Neighbours in the {@link EvictionOrder}, while the block is {@link #listed} there. */
  @Nullable CachedBlock newer;

  @Nullable CachedBlock older;
  boolean listed;

  CachedBlock(MemorySegment bytes, long address, EvictionOrder order) {
    this.bytes = bytes;
    this.address = address;
    this.order = order;
    order.addNewest(this);
  }

  /** The block's content. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** The block's number on the filesystem. */
  public long number() {
    return number;
  }

  /** Where its content lies in guest memory. */
  public long address() {
    return address;
  }

  /** Whether it differs from what the disk has at its place. */
  public boolean isDirty() {
    return dirty;
  }

  /**
   * Notes that the content changes, which keeps it in the cache until {@link #markClean}.
   *
   * @param finish what is done before the block leaves
   */
  public void markDirty(BlockSeal finish) {
    dirty = true;
    unsealed = true;
    seal = finish;
    relist();
  }

  /** The disk has the content. */
  public void markClean() {
    dirty = false;
    unsealed = false;
    seal = BlockSeal.NONE;
    relist();
  }

  /**
   * Computes the checksum of a block that is about to leave, or to be verified as another, unless
   * that was done since it changed.
   */
  public void seal() {
    if (unsealed) {
      seal.seal(bytes, number);
      unsealed = false;
    }
  }

  /** What somebody remembers about the block, or null. */
  public @Nullable BlockAttachment attachment() {
    return attachment;
  }

  /** Remembers something about the block, or with null nothing any more. */
  public void attach(@Nullable BlockAttachment remembered) {
    attachment = remembered;
    relist();
  }

  /** Whether somebody holds the block. */
  public boolean isHeld() {
    return holders > 0;
  }

  /** Holds the block once more; every holder calls {@link #close}. */
  public CachedBlock hold() {
    holders++;
    if (listed) {
      order.remove(this);
    }
    return this;
  }

  /** Lets the block go. */
  @Override
  public void close() {
    if (holders == 0) {
      throw new IllegalStateException("block " + number + " is held by nobody");
    }
    holders--;
    relist();
  }

  /** Brings the block into the order of eviction when it may be evicted, and out of it if not. */
  private void relist() {
    boolean evictable = holders == 0 && !dirty && attachment == null;
    if (evictable && !listed) {
      order.addNewest(this);
    } else if (!evictable && listed) {
      order.remove(this);
    }
  }
}
