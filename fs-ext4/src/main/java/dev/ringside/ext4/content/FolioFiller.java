package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.FileFolios;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;

/**
 * Makes blocks of the page cache uptodate: a range is mapped first, then all that lies on the disk
 * comes in one batch, straight into the folios. What lies nowhere is zeros and takes no request.
 *
 * <p>Bytes behind the end of the file are zeros in every block that is uptodate, whatever the disk
 * has there.
 */
final class FolioFiller {
  /** The most that one batch brings, in bytes. */
  private static final int BATCH_BYTES = 1 << 20;

  private final PageCache pages;
  private final Writeback writeback;
  private final FolioFill fill;
  private final Readahead ahead;
  private final int limit;

  FolioFiller(Volume volume, Writeback writeback, JournaledData journaled) {
    this.pages = volume.pages();
    this.writeback = writeback;
    int most = Math.min(BATCH_BYTES / pages.folioBytes(), pages.capacity() / 4);
    this.limit = Math.max(1, most);
    this.fill = new FolioFill(volume, journaled, volume.reader(), limit);
    this.ahead =
        new Readahead(volume, journaled, Math.max(1, Math.min(limit, pages.capacity() / 8)));
  }

  /** The most folios that are filled at once. */
  int limit() {
    return limit;
  }

  /** What is read ahead. */
  Readahead ahead() {
    return ahead;
  }

  /**
   * The folio of a part of a file, which may have no block that is uptodate.
   *
   * @throws Ext4Exception with {@link Errno#EIO} when no room can be made
   */
  int claim(FileFolios file, long index) throws Ext4Exception {
    int folio = pages.find(file, index);
    if (folio == PageCache.NONE) {
      folio = pages.add(file, index);
    }
    if (folio == PageCache.NONE && ahead.isUnderWay()) {
      ahead.settle();
      folio = pages.add(file, index);
    }
    while (folio == PageCache.NONE) {
      writeback.makeRoom();
      folio = pages.add(file, index);
    }
    return folio;
  }

  /**
   * Makes folios uptodate as far as the file goes: as many as one batch takes.
   *
   * @param first index of the first one
   * @param wanted behind the last one that is wanted
   * @param end behind the last one that is read, too; that ends where something is cached
   */
  void fill(ContentFile file, long first, long wanted, long end) throws Ext4Exception {
    ahead.settle(file);
    fill.begin(file, first);
    boolean requested = false;
    try {
      for (long index = first; index < end && !fill.isFull(); index++) {
        if (index >= wanted && pages.find(file.folios(), index) != PageCache.NONE) {
          break;
        }
        fill.add(claim(file.folios(), index));
      }
      fill.request();
      requested = true;
    } finally {
      if (!requested) {
        fill.abandon();
      }
    }
    fill.finish();
  }

  /** Makes one block of a folio uptodate. */
  void fillBlock(ContentFile file, int folio, long block) throws Ext4Exception {
    fill.begin(file, pages.index(folio));
    fill.add(folio);
    boolean requested = false;
    try {
      fill.request(block, block + 1);
      requested = true;
    } finally {
      if (!requested) {
        fill.abandon();
      }
    }
    fill.finish();
  }
}
