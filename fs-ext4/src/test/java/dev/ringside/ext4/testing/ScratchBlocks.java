package dev.ringside.ext4.testing;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Blocks that belong to no file of an image, used as metadata and as file content and given back,
 * with a model of what each has to hold after every operation.
 *
 * <p>The first block counts the operations, so what is found after a crash says itself how far it
 * came.
 */
public final class ScratchBlocks {
  private static final ValueLayout.OfInt BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong STAMP = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int JOURNAL_MAGIC = 0xc03b3998;
  private static final int STAMP_OFFSET = 8;
  private static final BlockCheck ANY = (_, _) -> {};

  private enum Use {
    FREE,
    /** Freed in a transaction that has perhaps not committed. */
    FREED,
    METADATA,
    DATA
  }

  private final JournaledImage image;
  private final long first;
  private final int blockSize;
  private final Use[] uses;
  private final int[] freedBy;
  private final long[] contents;
  private final long dataMemory;
  private final RandomGenerator random;

  /** The model after each operation, and the transaction that it was in. */
  private final List<State> states = new ArrayList<>();

  /**
   * What the blocks hold.
   *
   * @param stamps by block; 0 where anything may be
   * @param transaction that the operation was in
   */
  public record State(List<Long> stamps, int transaction) {}

  public ScratchBlocks(JournaledImage image, long first, int count, RandomGenerator random) {
    this.image = image;
    this.first = first;
    this.blockSize = image.superblock().blockSize();
    this.uses = new Use[count];
    this.freedBy = new int[count];
    this.contents = new long[count];
    this.random = random;
    this.dataMemory = image.disk().frames().allocate((long) count * blockSize);
    Arrays.fill(uses, Use.FREE);
    states.add(new State(stamps(), 0));
  }

  /** Operations so far. */
  public int operations() {
    return states.size() - 1;
  }

  /** What has to be there after an operation. */
  public State state(int operation) {
    return states.get(operation);
  }

  /** Whether an operation was the last of its transaction. */
  public boolean isLast(int operation) {
    return operation + 1 == states.size()
        || states.get(operation + 1).transaction() != states.get(operation).transaction();
  }

  private List<Long> stamps() {
    List<Long> stamps = new ArrayList<>();
    for (int i = 0; i < uses.length; i++) {
      stamps.add(uses[i] == Use.METADATA || uses[i] == Use.DATA ? contents[i] : 0L);
    }
    return stamps;
  }

  /** An operation that changes, frees and takes blocks as the numbers fall. */
  public void operate(int changes) throws Ext4Exception {
    int operation = states.size();
    try (Handle handle = image.journal().start(changes + 1, false)) {
      write(handle, 0, operation);
      for (int i = 0; i < changes; i++) {
        step(handle, 1 + random.nextInt(uses.length - 1));
      }
      states.add(new State(stamps(), handle.transaction()));
    }
  }

  private void step(Handle handle, int index) throws Ext4Exception {
    switch (uses[index]) {
      case FREE -> take(handle, index);
      case FREED -> {
        if (image.journal().isCommitted(freedBy[index])) {
          take(handle, index);
        } else if (freedBy[index] == handle.transaction() && random.nextBoolean()) {
          write(handle, index, random.nextLong());
        }
      }
      case METADATA -> {
        if (random.nextInt(4) == 0) {
          handle.forget(first + index);
          free(handle, index);
        } else {
          write(handle, index, random.nextLong());
        }
      }
      case DATA -> {
        if (random.nextBoolean()) {
          free(handle, index);
        }
      }
    }
  }

  private void free(Handle handle, int index) {
    uses[index] = Use.FREED;
    freedBy[index] = handle.transaction();
  }

  private void take(Handle handle, int index) throws Ext4Exception {
    if (random.nextBoolean() || image.journal().mode() != DataMode.ORDERED) {
      write(handle, index, random.nextLong());
    } else {
      uses[index] = Use.DATA;
      contents[index] = random.nextLong();
      long address = dataMemory + (long) index * blockSize;
      stamp(image.disk().memory().slice(address, blockSize), contents[index]);
      long position = (first + index) * blockSize;
      handle.order(batch -> image.io().write(batch, position, address, blockSize));
    }
  }

  private void write(Handle handle, int index, long stamp) throws Ext4Exception {
    boolean isNew = uses[index] != Use.METADATA;
    uses[index] = Use.METADATA;
    contents[index] = stamp;
    try (CachedBlock block =
        isNew ? image.cache().getNew(first + index, ANY) : image.cache().get(first + index, ANY)) {
      handle.change(block, BlockSeal.NONE);
      stamp(block.bytes(), stamp);
    }
  }

  /** Every other content begins like a block of the journal's own. */
  private static void stamp(MemorySegment bytes, long stamp) {
    for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
      bytes.set(STAMP, at, stamp);
    }
    bytes.set(BIG_ENDIAN, 0, (stamp & 1) != 0 ? JOURNAL_MAGIC : 0);
  }

  /** How many operations had been done when a disk had this content. */
  public int operationsIn(byte[] disk) {
    return (int) stampIn(disk, 0);
  }

  private long stampIn(byte[] disk, int index) {
    return MemorySegment.ofArray(disk).get(STAMP, (first + index) * blockSize + STAMP_OFFSET);
  }

  /** Describes the first difference between a disk and the model; nothing when there is none. */
  public String difference(byte[] disk, int operation) {
    List<Long> expected = states.get(operation).stamps();
    byte[] block = new byte[blockSize];
    for (int i = 0; i < uses.length; i++) {
      if (expected.get(i) != 0) {
        stamp(MemorySegment.ofArray(block), expected.get(i));
        int at = (int) ((first + i) * blockSize);
        int mismatch = Arrays.mismatch(disk, at, at + blockSize, block, 0, blockSize);
        if (mismatch >= 0) {
          return "block %d differs at byte %d after operation %d: %x instead of %x"
              .formatted(first + i, mismatch, operation, stampIn(disk, i), expected.get(i));
        }
      }
    }
    return "";
  }
}
