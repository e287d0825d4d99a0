package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
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
    return FileMapping.maxBytes(file.inode().inode(), volume.superblock());
  }

  /** The largest length that any file of the filesystem can have: one with extents. */
  long largest() {
    long blocks = (1L << Integer.SIZE) - 1;
    if (!volume.superblock().features().has(Feature.HUGE_FILE)) {
      blocks /= blockSize / SECTOR_SIZE;
    }
    return blocks * blockSize;
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
