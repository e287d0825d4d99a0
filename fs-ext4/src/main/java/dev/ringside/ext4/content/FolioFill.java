package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.mapping.IoMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Folios of one file on their way to be uptodate: taken one after the other, mapped together, and
 * read in one batch, straight into their memory. From {@link #begin} until {@link #finish} or
 * {@link #abandon} they are busy, so that they keep their places while the disk writes into them.
 */
final class FolioFill {
  private final Volume volume;
  private final PageCache pages;
  private final JournaledData journaled;
  private final DiskReader reader;
  private final int blockSize;
  private final int[] claimed;
  private final List<IoMap> runs = new ArrayList<>();
  private @Nullable ContentFile file;
  private long firstIndex;
  private int count;
  private long growingPosition;
  private long growingAddress;
  private long growingLength;

  /**
   * Nothing is on its way yet.
   *
   * @param reader of this fill alone, until it is finished
   * @param most folios at once
   */
  FolioFill(Volume volume, JournaledData journaled, DiskReader reader, int most) {
    this.volume = volume;
    this.pages = volume.pages();
    this.journaled = journaled;
    this.reader = reader;
    this.blockSize = volume.blockSize();
    this.claimed = new int[most];
  }

  /** Begins with no folio. */
  void begin(ContentFile filled, long first) {
    file = filled;
    firstIndex = first;
    count = 0;
  }

  /** Takes the folio that follows the last one. */
  void add(int folio) {
    pages.setBusy(folio, true);
    claimed[count] = folio;
    count++;
  }

  /** How many folios were taken. */
  int count() {
    return count;
  }

  /** Whether no more can be taken. */
  boolean isFull() {
    return count == claimed.length;
  }

  /** Whose folios these are; null when nothing is on its way. */
  @Nullable ContentFile file() {
    return file;
  }

  /** Index of the first folio. */
  long firstIndex() {
    return firstIndex;
  }

  /** Behind the last folio. */
  long endIndex() {
    return firstIndex + count;
  }

  /** Asks for all that was taken, as far as the file goes. */
  void request() throws Ext4Exception {
    long perFolio = pages.blocksPerFolio();
    long end = Math.min(endIndex() * perFolio, volume.blocksFor(filled().size()));
    request(firstIndex * perFolio, end);
  }

  /**
   * Asks for blocks of what was taken: what lies on the disk goes into the batch, what lies nowhere
   * is zeros at once. A block that is uptodate already stays as it is.
   */
  void request(long firstBlock, long endBlock) throws Ext4Exception {
    // Mapping may read metadata, so all of it comes before the first request of the batch.
    runs.clear();
    long next = firstBlock;
    while (next < endBlock) {
      IoMap run = filled().mapping().map(next).upTo(endBlock);
      runs.add(run);
      next = run.end();
    }
    boolean mayBeJournaled = volume.journalsData(filled());
    for (IoMap run : runs) {
      switch (run) {
        case IoMap.Mapped mapped -> read(mapped, mayBeJournaled);
        case IoMap.Hole _, IoMap.Unwritten _ -> zero(run);
      }
    }
    addGrown();
  }

  /** Lets the disk begin, and waits for nothing. */
  void start() throws Ext4Exception {
    reader.start();
  }

  /**
   * Waits until all is there.
   *
   * @throws Ext4Exception when some of it could not be read; then what came from the disk is not
   *     uptodate
   */
  void finish() throws Ext4Exception {
    ContentFile filled = filled();
    try {
      reader.finish();
      for (IoMap run : runs) {
        if (run instanceof IoMap.Mapped) {
          arrived(filled, run);
        }
      }
    } finally {
      release();
    }
  }

  /** Gives up what was begun and failed. The disk is waited for, since it may have begun, too. */
  void abandon() throws Ext4Exception {
    growingLength = 0;
    try {
      reader.finish();
    } finally {
      release();
    }
  }

  private void release() {
    for (int i = 0; i < count; i++) {
      pages.setBusy(claimed[i], false);
    }
    file = null;
    count = 0;
  }

  private ContentFile filled() {
    ContentFile filled = file;
    if (filled == null) {
      throw new IllegalStateException("no fill was begun");
    }
    return filled;
  }

  private int folioOf(long block) {
    return claimed[(int) (block / pages.blocksPerFolio() - firstIndex)];
  }

  private int inFolio(long block) {
    return (int) (block % pages.blocksPerFolio());
  }

  private void read(IoMap.Mapped run, boolean mayBeJournaled) throws Ext4Exception {
    long block = run.first();
    while (block < run.end()) {
      int folio = folioOf(block);
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
      addRead(place * blockSize, address, (long) count * blockSize);
      block += count;
    }
  }

  /** Adds to the read that still grows if both disk and memory continue it. */
  private void addRead(long position, long address, long length) throws Ext4Exception {
    if (position != growingPosition + growingLength || address != growingAddress + growingLength) {
      addGrown();
      growingPosition = position;
      growingAddress = address;
    }
    growingLength += length;
  }

  private void addGrown() throws Ext4Exception {
    long length = growingLength;
    growingLength = 0;
    if (length > 0) {
      reader.add(growingPosition, growingAddress, length);
    }
  }

  private void zero(IoMap run) {
    for (long block = run.first(); block < run.end(); block++) {
      int folio = folioOf(block);
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

  private void arrived(ContentFile filled, IoMap run) {
    long lastBlock = filled.size() / blockSize;
    for (long block = run.first(); block < run.end(); block++) {
      int folio = folioOf(block);
      int bit = 1 << inFolio(block);
      if (!pages.isUptodate(folio, bit)) {
        if (block >= lastBlock) {
          int inside = (int) Math.max(0, filled.size() - block * blockSize);
          long start = pages.offset(folio) + (long) inFolio(block) * blockSize;
          pages.ram().asSlice(start + inside, blockSize - inside).fill((byte) 0);
        }
        pages.markUptodate(folio, bit);
      }
      pages.markMapped(folio, bit);
    }
  }
}
