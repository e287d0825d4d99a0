package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.FileFolios;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.mapping.IoMap;
import java.util.ArrayList;
import java.util.List;

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

  private final Volume volume;
  private final PageCache pages;
  private final Writeback writeback;
  private final JournaledData journaled;
  private final int blockSize;
  private final int[] claimed;
  private final List<IoMap> runs = new ArrayList<>();
  private long growingPosition;
  private long growingAddress;
  private long growingLength;

  FolioFiller(Volume volume, Writeback writeback, JournaledData journaled) {
    this.volume = volume;
    this.pages = volume.pages();
    this.writeback = writeback;
    this.journaled = journaled;
    this.blockSize = volume.blockSize();
    int most = Math.min(BATCH_BYTES / pages.folioBytes(), pages.capacity() / 4);
    this.claimed = new int[Math.max(1, most)];
  }

  /** The most folios that are filled at once. */
  int limit() {
    return claimed.length;
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
   * @param end behind the last one that is read ahead; that ends where something is cached
   */
  void fill(ContentFile file, long first, long wanted, long end) throws Ext4Exception {
    int count = 0;
    try {
      while (count < claimed.length && first + count < end) {
        long index = first + count;
        if (index >= wanted && pages.find(file.folios(), index) != PageCache.NONE) {
          break;
        }
        int folio = claim(file.folios(), index);
        pages.setBusy(folio, true);
        claimed[count] = folio;
        count++;
      }
      long perFolio = pages.blocksPerFolio();
      long firstBlock = first * perFolio;
      long endBlock = Math.min(firstBlock + count * perFolio, volume.blocksFor(file.size()));
      fillBlocks(file, first, firstBlock, endBlock);
    } finally {
      for (int i = 0; i < count; i++) {
        pages.setBusy(claimed[i], false);
      }
    }
  }

  /** Makes one block of a folio uptodate. */
  void fillBlock(ContentFile file, int folio, long block) throws Ext4Exception {
    pages.setBusy(folio, true);
    try {
      claimed[0] = folio;
      fillBlocks(file, pages.index(folio), block, block + 1);
    } finally {
      pages.setBusy(folio, false);
    }
  }

  private void fillBlocks(ContentFile file, long firstIndex, long firstBlock, long endBlock)
      throws Ext4Exception {
    // Mapping may read metadata, so all of it comes before the first request of the batch.
    runs.clear();
    long next = firstBlock;
    while (next < endBlock) {
      IoMap run = file.mapping().map(next).upTo(endBlock);
      runs.add(run);
      next = run.end();
    }
    DiskReader reader = volume.reader();
    boolean mayBeJournaled = volume.journalsData(file);
    try {
      for (IoMap run : runs) {
        switch (run) {
          case IoMap.Mapped mapped -> read(reader, mapped, firstIndex, mayBeJournaled);
          case IoMap.Hole _, IoMap.Unwritten _ -> zero(run, firstIndex);
        }
      }
      addGrown(reader);
    } finally {
      growingLength = 0;
      reader.finish();
    }
    for (IoMap run : runs) {
      if (run instanceof IoMap.Mapped) {
        arrived(file, run, firstIndex);
      }
    }
  }

  private int folioOf(long block, long firstIndex) {
    return claimed[(int) (block / pages.blocksPerFolio() - firstIndex)];
  }

  private int inFolio(long block) {
    return (int) (block % pages.blocksPerFolio());
  }

  private void read(DiskReader reader, IoMap.Mapped run, long firstIndex, boolean mayBeJournaled)
      throws Ext4Exception {
    long block = run.first();
    while (block < run.end()) {
      int folio = folioOf(block, firstIndex);
      int start = inFolio(block);
      if (pages.isUptodate(folio, 1 << start)) {
        block++;
        continue;
      }
      long place = run.block() + block - run.first();
      long address = pages.address(folio) + (long) start * blockSize;
      if (mayBeJournaled && journaled.copyNewest(place, address)) {
        block++;
        continue;
      }
      int count = 1;
      if (!mayBeJournaled) {
        while (start + count < pages.blocksPerFolio()
            && block + count < run.end()
            && !pages.isUptodate(folio, 1 << (start + count))) {
          count++;
        }
      }
      addRead(reader, place * blockSize, address, (long) count * blockSize);
      block += count;
    }
  }

  /** Adds to the read that still grows if both disk and memory continue it. */
  private void addRead(DiskReader reader, long position, long address, long length)
      throws Ext4Exception {
    if (position != growingPosition + growingLength || address != growingAddress + growingLength) {
      addGrown(reader);
      growingPosition = position;
      growingAddress = address;
    }
    growingLength += length;
  }

  private void addGrown(DiskReader reader) throws Ext4Exception {
    long length = growingLength;
    growingLength = 0;
    if (length > 0) {
      reader.add(growingPosition, growingAddress, length);
    }
  }

  private void zero(IoMap run, long firstIndex) {
    for (long block = run.first(); block < run.end(); block++) {
      int folio = folioOf(block, firstIndex);
      int start = inFolio(block);
      if (!pages.isUptodate(folio, 1 << start)) {
        pages
            .ram()
            .asSlice(pages.offset(folio) + (long) start * blockSize, blockSize)
            .fill((byte) 0);
        pages.markUptodate(folio, 1 << start);
      }
    }
  }

  private void arrived(ContentFile file, IoMap run, long firstIndex) {
    long lastBlock = file.size() / blockSize;
    for (long block = run.first(); block < run.end(); block++) {
      int folio = folioOf(block, firstIndex);
      int bit = 1 << inFolio(block);
      if (!pages.isUptodate(folio, bit)) {
        if (block >= lastBlock) {
          int inside = (int) Math.max(0, file.size() - block * blockSize);
          long start = pages.offset(folio) + (long) inFolio(block) * blockSize;
          pages.ram().asSlice(start + inside, blockSize - inside).fill((byte) 0);
        }
        pages.markUptodate(folio, bit);
      }
      pages.markMapped(folio, bit);
    }
  }
}
