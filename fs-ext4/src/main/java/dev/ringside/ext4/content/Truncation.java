package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.IoMap;

/**
 * Moves the end of a file, and frees what lies behind it. A file that loses blocks is an orphan
 * meanwhile, because they may go in several transactions: a mount after a crash finishes.
 */
final class Truncation {
  private static final long END_OF_BLOCKS = 1L << Integer.SIZE;

  private final Volume volume;
  private final PageCache pages;
  private final Writeback writeback;
  private final JournaledData journaled;
  private final FileSizes sizes;
  private final FileTimes times;

  Truncation(Volume volume, Writeback writeback, JournaledData journaled, FileSizes sizes) {
    this.volume = volume;
    this.pages = volume.pages();
    this.writeback = writeback;
    this.journaled = journaled;
    this.sizes = sizes;
    this.times = new FileTimes(volume);
  }

  /** Sets the length: what is behind it is cut off, what is new reads as zeros. */
  void truncate(ContentFile file, long size, WriteAccess access) throws Ext4Exception {
    ContentChanges changes = volume.writable();
    if (size < 0) {
      throw new Ext4Exception(Errno.EINVAL, "inode " + file.number(), "length " + size);
    }
    if (size > sizes.limit(file)) {
      throw new Ext4Exception(Errno.EFBIG, "inode " + file.number());
    }
    try (Handle handle =
        changes.transactions().start(Credits.change(file), access.mayUseReserve())) {
      if (size > file.size()) {
        sizes.zeroTail(handle, file, file.size());
        sizes.set(handle, file, size);
        times.modified(handle, file, access);
      } else {
        changes.orphans().add(handle, file.inode());
        sizes.zeroTail(handle, file, size);
        sizes.set(handle, file, size);
        times.modified(handle, file, access);
        cutOff(handle, file, volume.blocksFor(size));
        changes.orphans().remove(handle, file.inode());
      }
    }
    writeback.balance();
  }

  /**
   * Finishes what a crash has interrupted: frees all that lies behind the end of a file, which is
   * on the list of orphans and stays there.
   */
  void finish(Handle handle, ContentFile file) throws Ext4Exception {
    sizes.zeroTail(handle, file, file.size());
    cutOff(handle, file, volume.blocksFor(file.size()));
  }

  /** Frees all blocks of a file without names, which is on the list of orphans. */
  void release(Handle handle, ContentFile file) throws Ext4Exception {
    cutOff(handle, file, 0);
    writeback.forget(file);
  }

  private void cutOff(Handle handle, ContentFile file, long firstBlock) throws Ext4Exception {
    dropFrom(file, firstBlock);
    if (file.inode().inode().sectors() > 0) {
      remove(handle, file, firstBlock, END_OF_BLOCKS - firstBlock);
      file.changedData(handle);
    }
  }

  /** Makes a range a hole and frees its blocks; no folio holds anything of it. */
  void remove(Handle handle, ContentFile file, long first, long count) throws Ext4Exception {
    if (volume.journalsData(file)) {
      forgetJournaled(handle, file, first, Math.min(first + count, endOf(file)));
    }
    file.mapping().remove(handle, first, count);
  }

  /** Behind the last block that the file can have. */
  private long endOf(ContentFile file) {
    return sizes.limit(file) / volume.blockSize();
  }

  /** Takes blocks out of the journal in the transaction that frees them. */
  private void forgetJournaled(Handle handle, ContentFile file, long first, long end)
      throws Ext4Exception {
    long next = first;
    while (next < end) {
      IoMap run = file.mapping().map(next).upTo(Math.min(end, next + JournaledData.FORGET_BLOCKS));
      if (run instanceof IoMap.Mapped mapped) {
        handle.ensureCredits(Credits.change(file) + (int) mapped.count());
        journaled.forget(handle, mapped);
        file.mapping().remove(handle, run.first(), run.count());
      } else if (run instanceof IoMap.Hole) {
        run = file.mapping().map(next).upTo(end);
      }
      next = run.end();
    }
  }

  /** Drops the cached content from a block on; dirty content behind the end is of no interest. */
  private void dropFrom(ContentFile file, long firstBlock) throws Ext4Exception {
    if (file.folios().count() == 0) {
      return;
    }
    // The blocks may be given to others, who must not be overwritten by a write under way.
    writeback.awaitWriters(file);
    int perFolio = pages.blocksPerFolio();
    long firstWhole = Math.ceilDiv(firstBlock, (long) perFolio);
    pages.forEach(file.folios(), firstWhole, Long.MAX_VALUE, pages::remove);
    int kept = (int) (firstBlock % perFolio);
    if (kept != 0) {
      int folio = pages.find(file.folios(), firstBlock / perFolio);
      if (folio != PageCache.NONE) {
        pages.invalidate(folio, pages.allBlocks() & -(1 << kept));
      }
    }
    if (!file.folios().isDirty()) {
      writeback.forget(file);
    }
  }

  /**
   * Drops the cached content of a range of whole blocks.
   *
   * @param end behind the last block
   */
  void drop(ContentFile file, long firstBlock, long end) throws Ext4Exception {
    if (file.folios().count() == 0 || firstBlock >= end) {
      return;
    }
    writeback.awaitWriters(file);
    int perFolio = pages.blocksPerFolio();
    long firstFolio = firstBlock / perFolio;
    long endFolio = Math.ceilDiv(end, (long) perFolio);
    pages.forEach(
        file.folios(),
        firstFolio,
        endFolio,
        folio -> {
          long start = pages.index(folio) * perFolio;
          int from = (int) Math.max(0, firstBlock - start);
          int to = (int) Math.min(perFolio, end - start);
          pages.invalidate(folio, (1 << to) - (1 << from));
          if (pages.uptodate(folio) == 0) {
            pages.remove(folio);
          }
        });
  }
}
