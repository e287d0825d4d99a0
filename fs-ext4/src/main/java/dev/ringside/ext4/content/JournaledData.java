package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.IoMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Content that goes through the journal: a copy of each written block is a changed metadata block.
 * The folios have the same bytes and are clean; one that was evicted is filled from that copy,
 * which may be newer than the disk.
 */
final class JournaledData {
  /** Content has no checksum. */
  static final BlockCheck ANY = (_, _) -> {};

  /** How many blocks lose their place in the journal under one handle's credits. */
  static final int FORGET_BLOCKS = 256;

  private final MetadataCache metadata;
  private final PageCache pages;
  private final int blockSize;

  JournaledData(Volume volume) {
    this.metadata = volume.metadata();
    this.pages = volume.pages();
    this.blockSize = volume.blockSize();
  }

  /**
   * Copies a block that is in the cache of metadata to guest memory.
   *
   * @return false when it is not there
   */
  boolean copyNewest(long block, long address) {
    @Nullable CachedBlock cached = metadata.peek(block);
    if (cached == null) {
      return false;
    }
    try (cached) {
      MemorySegment.copy(
          cached.bytes(), 0, pages.ram(), pages.offsetOf(address, blockSize), blockSize);
    }
    return true;
  }

  /**
   * Changes the block on the disk that a block of a folio stands for.
   *
   * @param inFolio which block of the folio
   */
  void write(Handle handle, int folio, int inFolio, long block) throws Ext4Exception {
    CachedBlock cached = metadata.peek(block);
    try (CachedBlock copy = cached != null ? cached : metadata.getNew(block, ANY)) {
      handle.change(copy, BlockSeal.NONE);
      MemorySegment.copy(
          pages.ram(),
          pages.offset(folio) + (long) inFolio * blockSize,
          copy.bytes(),
          0,
          blockSize);
    }
  }

  /** Says that the blocks of a range, which are about to be freed, are content no more. */
  void forget(Handle handle, IoMap.Mapped run) throws Ext4Exception {
    for (long i = 0; i < run.count(); i++) {
      handle.forget(run.block() + i);
    }
  }
}
