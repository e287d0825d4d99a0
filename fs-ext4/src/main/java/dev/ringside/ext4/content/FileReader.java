package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import java.lang.foreign.MemorySegment;

/**
 * Copies content out of the page cache. What is missing of the wanted range comes in one batch, and
 * for a sequential reader some of what it will want next comes with it. What comes after that is
 * read while the reader copies, a window at a time.
 */
final class FileReader {
  /** The least that is read ahead, in bytes. */
  private static final int FIRST_READAHEAD = 32 << 10;

  private final PageCache pages;
  private final FolioFiller filler;
  private final Readahead ahead;
  private final int folioBytes;
  private final int leastAhead;
  private final int mostAhead;

  FileReader(Volume volume, FolioFiller filler) {
    this.pages = volume.pages();
    this.filler = filler;
    this.folioBytes = pages.folioBytes();
    this.ahead = filler.ahead();
    this.mostAhead = Math.min(volume.options().readaheadBytes(), filler.limit() * folioBytes);
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
    boolean sequential = file.isNextRead(position);
    int done = copy(file, position, target, offset, count);
    while (done < count) {
      long missing = position + done;
      boolean came = takeAhead(file, missing, sequential);
      if (!came) {
        fill(file, missing, count - done, sequential);
      }
      int copied = copy(file, missing, target, offset + done, count - done);
      done += copied;
      if (!came) {
        // Not before it is copied: with few folios the one would drive out the other, for ever.
        readAhead(file, (missing + copied) / folioBytes, sequential);
      }
      // What comes in the same call continues this one.
      sequential = true;
    }
    file.readUpTo(position + count);
    return count;
  }

  /** Takes a window that was read ahead, if what is missing lies there, and starts another. */
  private boolean takeAhead(ContentFile file, long position, boolean sequential) {
    if (!ahead.covers(file, position / folioBytes)) {
      return false;
    }
    long end = ahead.endIndex();
    ahead.take();
    readAhead(file, end, sequential);
    return true;
  }

  private void fill(ContentFile file, long position, int length, boolean sequential)
      throws Ext4Exception {
    long window = file.widerReadahead(sequential, length, leastAhead, mostAhead);
    long wanted = Math.ceilDiv(position + length, (long) folioBytes);
    long end = Math.ceilDiv(position + length + window, (long) folioBytes);
    filler.fill(file, position / folioBytes, wanted, Math.min(end, foliosOf(file)));
  }

  /**
   * Starts a window behind what is cached or under way; as soon as windows have their full size, as
   * many as there may be.
   */
  private void readAhead(ContentFile file, long index, boolean sequential) {
    long total = foliosOf(file);
    long first = index;
    boolean more = sequential && mostAhead > 0;
    while (more && !ahead.isFull()) {
      long window = file.widerReadahead(true, 0, leastAhead, mostAhead) / folioBytes;
      long last = Math.min(first + window, total);
      while (first < last && pages.find(file.folios(), first) != PageCache.NONE) {
        first++;
      }
      last = Math.min(first + window, total);
      more = first < last && ahead.start(file, first, last) && window * folioBytes == mostAhead;
      first = more ? ahead.endIndex() : last;
    }
  }

  private long foliosOf(ContentFile file) {
    return Math.ceilDiv(file.size(), (long) folioBytes);
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
