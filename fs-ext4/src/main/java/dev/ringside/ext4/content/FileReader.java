package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import java.lang.foreign.MemorySegment;

/**
 * Copies content out of the page cache. What is missing of the wanted range comes in one batch, and
 * for a sequential reader what it will want next comes with it.
 */
final class FileReader {
  /** The least that is read ahead, in bytes. */
  private static final int FIRST_READAHEAD = 32 << 10;

  private final PageCache pages;
  private final FolioFiller filler;
  private final int folioBytes;
  private final int leastAhead;
  private final int mostAhead;

  FileReader(Volume volume, FolioFiller filler) {
    this.pages = volume.pages();
    this.filler = filler;
    this.folioBytes = pages.folioBytes();
    int cacheable = filler.limit() * folioBytes / 2;
    this.mostAhead = Math.min(volume.options().readaheadBytes(), cacheable);
    this.leastAhead = Math.min(FIRST_READAHEAD, mostAhead);
  }

  /**
   * Reads what there is of a range.
   *
   * @return how many bytes; 0 at the end of the file or behind it
   */
  int read(ContentFile file, long position, MemorySegment target, long offset, int length)
      throws Ext4Exception {
    if (position < 0) {
      throw new Ext4Exception(Errno.EINVAL, "inode " + file.number(), "position " + position);
    }
    long size = file.size();
    if (position >= size) {
      return 0;
    }
    int count = (int) Math.min(length, size - position);
    int done = copy(file, position, target, offset, count);
    while (done < count) {
      fill(file, position + done, count - done);
      done += copy(file, position + done, target, offset + done, count - done);
    }
    file.readUpTo(position + count);
    return count;
  }

  private void fill(ContentFile file, long position, int length) throws Ext4Exception {
    long ahead = file.readaheadFor(position, length, leastAhead, mostAhead);
    long first = position / folioBytes;
    long wanted = Math.ceilDiv(position + length, (long) folioBytes);
    long last = Math.min(position + length + ahead, file.size());
    filler.fill(file, first, wanted, Math.ceilDiv(last, (long) folioBytes));
    // What comes in the same call continues this one.
    file.readUpTo(Math.min(position + length, (first + filler.limit()) * folioBytes));
  }

  /** Copies what is cached from a position on, up to the first block that is not. */
  private int copy(ContentFile file, long position, MemorySegment target, long offset, int length) {
    int done = 0;
    while (done < length) {
      long at = position + done;
      int inFolio = (int) (at % folioBytes);
      int part = Math.min(length - done, folioBytes - inFolio);
      int folio = pages.find(file.folios(), at / folioBytes);
      if (folio == PageCache.NONE
          || !pages.isUptodate(folio, pages.blocksOf(inFolio, inFolio + part))) {
        return done;
      }
      MemorySegment.copy(pages.ram(), pages.offset(folio) + inFolio, target, offset + done, part);
      done += part;
    }
    return done;
  }
}
