package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Crc32BigEndian;
import dev.ringside.ext4.format.JournalBlock;
import dev.ringside.ext4.format.JournalCommit;
import dev.ringside.ext4.format.JournalFeature;
import dev.ringside.ext4.format.JournalRevokeWriter;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.JournalTagWriter;
import dev.ringside.ext4.format.JournalTags;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;

/**
 * Writes transactions into the log: revoke blocks, then descriptor blocks, each followed by the
 * copies that its tags name, and in the end a commit block.
 *
 * <p>Copies go to the disk straight from the cache. Only one that begins like a block of the
 * journal's own is copied, because it stands there without its first word.
 */
final class LogWriter implements AutoCloseable {
  /** Tags of a descriptor block at least, unless it is the last one. */
  static final int LEAST_TAGS = 16;

  /** Blocks of memory for what is not in the cache: two descriptors full of escaped copies. */
  private static final int SLOTS = 2 * (LEAST_TAGS + 1);

  private final DiskIo io;
  private final JournalSuperblock journal;
  private final LogSpace space;
  private final LogPlaces places;
  private final int blockSize;
  private final JournalTagWriter tags;
  private final JournalRevokeWriter revokes;
  private final Crc32BigEndian checksum = new Crc32BigEndian();
  private final boolean summed;
  private final long memoryBytes;
  private final long memory;
  private int usedSlots;

  /** Addresses of the copies behind the descriptor block that is being filled. */
  private final long[] copies;

  /** Takes guest memory for descriptor blocks. */
  LogWriter(DiskIo io, JournalSuperblock journal, LogSpace space, LogPlaces places, int blockSize) {
    this.io = io;
    this.journal = journal;
    this.space = space;
    this.places = places;
    this.blockSize = blockSize;
    this.tags = new JournalTagWriter(journal);
    this.revokes = new JournalRevokeWriter(journal);
    this.summed = journal.has(JournalFeature.CHECKSUM);
    // No tag takes less than eight bytes.
    this.copies = new long[blockSize / Long.BYTES];
    this.memoryBytes = (long) SLOTS * blockSize;
    this.memory = io.device().frames().allocate(memoryBytes);
  }

  /**
   * Adds all of a transaction but its commit to a batch. The blocks' memory must not change until
   * the batch has ended. May wait for parts of it.
   */
  void write(Transaction transaction, IoBatch batch) throws Ext4Exception {
    checksum.reset();
    usedSlots = 0;
    writeRevokes(transaction, batch);
    List<JournaledBlock> blocks = transaction.blocks;
    int next = 0;
    while (next < blocks.size()) {
      next = writeDescriptor(transaction, next, batch);
    }
  }

  /** Adds the commit block to a batch. */
  void writeCommit(int transaction, Instant time, long position, IoBatch batch)
      throws Ext4Exception {
    usedSlots = 0;
    long slot = slot();
    JournalCommit.write(segment(slot), transaction, time, journal, checksum);
    put(batch, position, slot);
  }

  private void writeRevokes(Transaction transaction, IoBatch batch) throws Ext4Exception {
    long slot = 0;
    boolean open = false;
    for (long block : transaction.revokedBlocks()) {
      if (!open) {
        makeSlots(1, batch);
        slot = slot();
        revokes.begin(segment(slot), transaction.id);
        open = true;
      }
      revokes.add(block);
      if (revokes.isFull()) {
        revokes.end();
        put(batch, space.take(), slot);
        open = false;
      }
    }
    if (open) {
      revokes.end();
      put(batch, space.take(), slot);
    }
  }

  /** Writes a descriptor block and its copies; returns the index of the block behind them. */
  private int writeDescriptor(Transaction transaction, int start, IoBatch batch)
      throws Ext4Exception {
    makeSlots(1 + LEAST_TAGS, batch);
    long slot = slot();
    MemorySegment descriptor = segment(slot);
    tags.begin(descriptor, transaction.id);
    List<JournaledBlock> blocks = transaction.blocks;
    int count = 0;
    int escaped = 0;
    int next = start;
    while (next < blocks.size() && !tags.isFull() && escaped < LEAST_TAGS) {
      JournaledBlock journaled = blocks.get(next);
      next++;
      if (journaled.forgotten) {
        continue;
      }
      CachedBlock block = journaled.block;
      block.seal();
      MemorySegment copy = block.bytes();
      copies[count] = block.address();
      boolean escape = JournalBlock.looksLikeOwn(copy);
      if (escape) {
        copies[count] = slot();
        copy = segment(copies[count]).copyFrom(copy);
        JournalTags.escape(copy);
        escaped++;
      }
      tags.add(block.number(), copy, escape);
      count++;
    }
    if (count > 0) {
      tags.end();
      add(batch, slot);
      for (int i = 0; i < count; i++) {
        add(batch, copies[i]);
      }
    }
    return next;
  }

  private void add(IoBatch batch, long address) throws Ext4Exception {
    if (summed) {
      checksum.add(segment(address));
    }
    put(batch, space.take(), address);
  }

  private void put(IoBatch batch, long position, long address) throws Ext4Exception {
    io.write(batch, places.of(position) * blockSize, address, blockSize);
  }

  private MemorySegment segment(long address) {
    return io.device().memory().slice(address, blockSize);
  }

  private long slot() {
    long address = memory + (long) usedSlots * blockSize;
    usedSlots++;
    return address;
  }

  /** Makes sure of free slots: nothing before the commit block has to keep an order. */
  private void makeSlots(int count, IoBatch batch) throws Ext4Exception {
    if (usedSlots + count > SLOTS) {
      io.await(batch);
      usedSlots = 0;
    }
  }

  @Override
  public void close() {
    io.device().frames().free(memory, memoryBytes);
  }
}
