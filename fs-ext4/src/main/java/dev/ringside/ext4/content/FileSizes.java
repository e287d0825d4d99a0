package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.IndirectLayout;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.IoMap;

/** The length of files: how large it can be, and what has to be done when it changes. */
final class FileSizes {
  private static final long SMALL_FILE = Integer.MAX_VALUE;
  private static final int SECTOR_SIZE = 512;

  private final Volume volume;
  private final PageCache pages;
  private final FolioFiller filler;
  private final Writeback writeback;
  private final JournaledData journaled;
  private final int blockSize;

  FileSizes(Volume volume, FolioFiller filler, Writeback writeback, JournaledData journaled) {
    this.volume = volume;
    this.pages = volume.pages();
    this.filler = filler;
    this.writeback = writeback;
    this.journaled = journaled;
    this.blockSize = volume.blockSize();
  }

  /** The largest length that a file can have, in bytes. */
  long limit(ContentFile file) {
    return file.inode().inode().has(InodeFlag.EXTENTS) ? extentLimit() : indirectLimit();
  }

  /**
   * The largest length of a file with extents: file blocks are 32-bit numbers, the last one none.
   */
  long extentLimit() {
    return Math.min((1L << Integer.SIZE) - 1, countableBlocks()) * blockSize;
  }

  /** How many blocks {@code i_blocks} can count. */
  private long countableBlocks() {
    return volume.superblock().features().has(Feature.HUGE_FILE)
        ? Long.MAX_VALUE
        : ((1L << Integer.SIZE) - 1) / (blockSize / SECTOR_SIZE);
  }

  /**
   * What the levels of a block map can hold; where {@code i_blocks} cannot count so much, what it
   * can, less the blocks of numbers that a file of that many blocks would have.
   */
  private long indirectLimit() {
    long perBlock = IndirectLayout.pointersPerBlock(blockSize);
    long twoLevels = IndirectLayout.DIRECT + perBlock + perBlock * perBlock;
    long blocks = twoLevels + perBlock * perBlock * perBlock;
    long countable = countableBlocks();
    if (blocks > countable) {
      long inThird = countable - twoLevels;
      long numbers =
          1
              + (1 + perBlock)
              + (1 + Math.ceilDiv(inThird, perBlock * perBlock) + Math.ceilDiv(inThird, perBlock));
      blocks = countable - numbers;
    }
    return Math.min(blocks, (1L << Integer.SIZE) - 1) * blockSize;
  }

  /** Sets the length. */
  void set(Handle handle, ContentFile file, long size) throws Ext4Exception {
    Inode inode = file.inode().inode();
    inode.setSize(size);
    file.changedData(handle);
    Superblock superblock = volume.superblock();
    if (size > SMALL_FILE && !superblock.features().has(Feature.LARGE_FILE)) {
      superblock.set(Feature.LARGE_FILE, true);
      volume.writable().superblock().changed(handle);
    }
  }

  /**
   * Makes zeros of what lies behind a position in its block, if the block has content: what is not
   * part of the file must not become one when it grows.
   */
  void zeroTail(Handle handle, ContentFile file, long position) throws Ext4Exception {
    int inBlock = (int) (position % blockSize);
    if (inBlock != 0) {
      zeroInBlock(handle, file, position, blockSize - inBlock);
    }
  }

  /** Makes zeros of a range inside one block, if that has content. */
  void zeroInBlock(Handle handle, ContentFile file, long position, int length)
      throws Ext4Exception {
    long block = position / blockSize;
    if (!(file.mapping().map(block) instanceof IoMap.Mapped run)) {
      return;
    }
    int folio = filler.claim(file.folios(), block / pages.blocksPerFolio());
    int inFolio = (int) (block % pages.blocksPerFolio());
    int bit = 1 << inFolio;
    if (!pages.isUptodate(folio, bit)) {
      filler.fillBlock(file, folio, block);
    }
    long start = pages.offset(folio) + (long) inFolio * blockSize + position % blockSize;
    pages.ram().asSlice(start, length).fill((byte) 0);
    pages.markMapped(folio, bit);
    if (volume.journalsData(file)) {
      journaled.write(handle, folio, inFolio, run.block());
    } else {
      pages.markDirty(folio, bit);
      writeback.dirtied(file);
      if (volume.ordersData()) {
        handle.order(file.ordered(writeback));
      }
    }
  }
}
