package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.IoMap;
import java.lang.foreign.MemorySegment;

/**
 * Copies the caller's bytes into folios. A write goes extent by extent: blocks are allocated or
 * made written, the bytes copied, the length moved; after each the file is sound, so a transaction
 * may end there. The work is proportional to the bytes, and only a block that is partly covered and
 * has content is read first.
 *
 * <p>A write that stays inside blocks that are known to be on the disk, in a file whose inode need
 * not change, takes no handle and no look at the mapping.
 */
final class FileWriter {
  private final Volume volume;
  private final PageCache pages;
  private final FolioFiller filler;
  private final Writeback writeback;
  private final JournaledData journaled;
  private final FileTimes times;
  private final FileSizes sizes;
  private final int blockSize;
  private final int folioBytes;
  private final int stepBytes;

  FileWriter(
      Volume volume,
      FolioFiller filler,
      Writeback writeback,
      JournaledData journaled,
      FileSizes sizes) {
    this.volume = volume;
    this.pages = volume.pages();
    this.filler = filler;
    this.writeback = writeback;
    this.journaled = journaled;
    this.times = new FileTimes(volume);
    this.sizes = sizes;
    this.blockSize = volume.blockSize();
    this.folioBytes = pages.folioBytes();
    this.stepBytes = filler.limit() * folioBytes;
  }

  /**
   * Writes a range.
   *
   * @return how many bytes were written, which can be fewer than asked for when the disk is full
   */
  int write(
      ContentFile file,
      long position,
      MemorySegment source,
      long offset,
      int length,
      WriteAccess access)
      throws Ext4Exception {
    ContentChanges changes = volume.writable();
    if (position < 0) {
      throw new Ext4Exception(Errno.EINVAL, "inode " + file.number(), "position " + position);
    }
    if (length == 0) {
      return 0;
    }
    long limit = sizes.limit(file);
    if (position >= limit) {
      throw new Ext4Exception(Errno.EFBIG, "inode " + file.number());
    }
    int count = (int) Math.min(length, limit - position);
    int done = overwriteCached(file, position, source, offset, count, access);
    boolean triedAgain = false;
    while (done < count) {
      try (Handle handle =
          changes.transactions().start(Credits.writeStep(file), access.mayUseReserve())) {
        done += writeSteps(handle, file, position, source, offset, done, count, access);
      }
      if (done == count || triedAgain || !changes.allocator().isCommitWorthwhile()) {
        break;
      }
      // Space that was freed lately can be had after a commit.
      changes.transactions().commitAll();
      triedAgain = true;
    }
    writeback.balance();
    if (done == 0) {
      throw new Ext4Exception(Errno.ENOSPC, "inode " + file.number());
    }
    return done;
  }

  /** As much of a write as needs nothing but the bytes: neither blocks, nor length, nor times. */
  private int overwriteCached(
      ContentFile file,
      long position,
      MemorySegment source,
      long offset,
      int count,
      WriteAccess access)
      throws Ext4Exception {
    if (position + count > file.size()
        || volume.journalsData(file)
        || volume.writable().transactions().isAborted()
        || !times.isFresh(file)
        || times.mustStrip(file, access)) {
      return 0;
    }
    int done = 0;
    while (done < count) {
      long at = position + done;
      int inFolio = (int) (at % folioBytes);
      int part = Math.min(count - done, folioBytes - inFolio);
      int folio = pages.find(file.folios(), at / folioBytes);
      int blocks = pages.blocksOf(inFolio, inFolio + part);
      if (folio == PageCache.NONE
          || !pages.isUptodate(folio, blocks)
          || !pages.isMapped(folio, blocks)) {
        break;
      }
      MemorySegment.copy(source, offset + done, pages.ram(), pages.offset(folio) + inFolio, part);
      pages.markDirty(folio, blocks);
      done += part;
    }
    if (done > 0) {
      writeback.dirtied(file);
    }
    return done;
  }

  /** Writes until the end, or until the disk is full; says how many bytes. */
  private int writeSteps(
      Handle handle,
      ContentFile file,
      long position,
      MemorySegment source,
      long offset,
      int from,
      int count,
      WriteAccess access)
      throws Ext4Exception {
    int done = from;
    try {
      if (position > file.size()) {
        sizes.zeroTail(handle, file, file.size());
      }
      while (done < count) {
        handle.ensureCredits(Credits.writeStep(file));
        done += step(handle, file, position + done, source, offset + done, count - done);
      }
    } catch (Ext4Exception failure) {
      if (failure.errno() != Errno.ENOSPC) {
        throw failure;
      }
    }
    if (done > from) {
      times.modified(handle, file, access);
    }
    return done - from;
  }

  /** Writes as much as lies in one extent. */
  private int step(
      Handle handle, ContentFile file, long position, MemorySegment source, long offset, int length)
      throws Ext4Exception {
    boolean journal = volume.journalsData(file);
    long block = position / blockSize;
    int most = Math.min(length, journal ? Credits.JOURNALED_BLOCKS * blockSize : stepBytes);
    long wanted = Math.ceilDiv(position + most, (long) blockSize) - block;
    IoMap run = file.mapping().map(block).upTo(block + wanted);
    boolean fresh = false;
    switch (run) {
      case IoMap.Mapped _ -> {}
      case IoMap.Hole hole -> {
        run = file.mapping().allocate(handle, hole.first(), hole.count(), false);
        fresh = true;
      }
      case IoMap.Unwritten unwritten -> {
        file.mapping().markWritten(handle, unwritten.first(), unwritten.count());
        run = new IoMap.Mapped(unwritten.first(), unwritten.count(), unwritten.block());
        fresh = true;
      }
    }
    if (!(run instanceof IoMap.Mapped mapped)) {
      throw new IllegalStateException("blocks of a file were allocated as " + run);
    }
    int count = (int) Math.min(most, mapped.end() * blockSize - position);
    copyIn(handle, file, mapped, position, source, offset, count, fresh, journal);
    boolean grew = position + count > file.size();
    if (grew) {
      sizes.set(handle, file, position + count);
    }
    if (fresh || grew) {
      file.changedData(handle);
      if (volume.ordersData() && !journal) {
        handle.order(file.ordered(writeback));
      }
    }
    return count;
  }

  private void copyIn(
      Handle handle,
      ContentFile file,
      IoMap.Mapped run,
      long position,
      MemorySegment source,
      long offset,
      int count,
      boolean fresh,
      boolean journal)
      throws Ext4Exception {
    int done = 0;
    while (done < count) {
      long at = position + done;
      int inFolio = (int) (at % folioBytes);
      int part = Math.min(count - done, folioBytes - inFolio);
      int folio = filler.claim(file.folios(), at / folioBytes);
      int blocks = pages.blocksOf(inFolio, inFolio + part);
      completeEdge(file, folio, at, fresh);
      completeEdge(file, folio, at + part, fresh);
      MemorySegment.copy(source, offset + done, pages.ram(), pages.offset(folio) + inFolio, part);
      pages.markUptodate(folio, blocks);
      pages.markMapped(folio, blocks);
      if (journal) {
        journalBlocks(handle, folio, blocks, run);
      } else {
        pages.markDirty(folio, blocks);
        writeback.dirtied(file);
      }
      done += part;
    }
  }

  /**
   * Makes the block that an edge of the written range cuts through uptodate: from the disk, or with
   * zeros when it has just been allocated.
   */
  private void completeEdge(ContentFile file, int folio, long edge, boolean fresh)
      throws Ext4Exception {
    if (edge % blockSize == 0) {
      return;
    }
    int inFolio = (int) (edge / blockSize % pages.blocksPerFolio());
    if (pages.isUptodate(folio, 1 << inFolio)) {
      return;
    }
    if (fresh) {
      pages
          .ram()
          .asSlice(pages.offset(folio) + (long) inFolio * blockSize, blockSize)
          .fill((byte) 0);
      pages.markUptodate(folio, 1 << inFolio);
    } else {
      filler.fillBlock(file, folio, edge / blockSize);
    }
  }

  private void journalBlocks(Handle handle, int folio, int blocks, IoMap.Mapped run)
      throws Ext4Exception {
    long firstBlock = pages.index(folio) * pages.blocksPerFolio();
    for (int i = 0; blocks >>> i != 0; i++) {
      if ((blocks >>> i & 1) != 0) {
        journaled.write(handle, folio, i, run.block() + firstBlock + i - run.first());
      }
    }
  }
}
