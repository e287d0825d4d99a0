package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.FolioList;
import dev.ringside.ext4.cache.FolioWrite;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.mapping.IoMap;
import dev.ringside.machine.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings dirty folios to the disk. A round takes folios of the files that have been dirty for the
 * longest time, maps them an extent at a time, sorts the pieces by their place on the disk, and
 * hands them over as one batch with one notification. Two rounds take turns, so that one is
 * gathered while the other is written.
 *
 * <p>Folios stay readable and writable meanwhile. One that is dirtied again is written again, after
 * the first write has ended. A write that fails is remembered by the file until it is synced.
 */
final class Writeback {
  /** The most that one round writes, in bytes. */
  private static final int ROUND_BYTES = 4 << 20;

  private static final int ROUNDS = 2;

  /** How long content stays dirty when nothing else writes it: 30 seconds, as on Linux. */
  private static final long OLDEST_DIRTY_NS = 30_000_000_000L;

  /** Bits of a piece's number in a sort key, below its disk block. */
  private static final int PIECE_BITS = 16;

  private final PageCache pages;
  private final DiskIo io;
  private final Clock clock;
  private final int blockSize;
  private final int roundFolios;
  private final int dirtyLimit;
  private final int backgroundLimit;
  private final Set<ContentFile> dirtyFiles = new LinkedHashSet<>();
  private final List<Round> rounds = new ArrayList<>();
  private final FolioList folios = new FolioList();
  private final Pieces pieces = new Pieces();
  private int turn;

  Writeback(PageCache pages, DiskIo io, int blockSize) {
    this.pages = pages;
    this.io = io;
    this.clock = io.device().clock();
    this.blockSize = blockSize;
    int capacity = pages.capacity();
    int most = Math.min(ROUND_BYTES / pages.folioBytes(), (1 << PIECE_BITS) / 4);
    this.roundFolios = Math.clamp(capacity / 8, 1, Math.max(1, most));
    this.dirtyLimit = capacity / 2;
    this.backgroundLimit = capacity / 4;
    for (int i = 0; i < ROUNDS; i++) {
      rounds.add(new Round(io.batch()));
    }
  }

  /** What is written together, and whose it is. */
  private record Round(IoBatch batch, List<ContentFile> files) {
    Round(IoBatch batch) {
      this(batch, new ArrayList<>());
    }
  }

  /** Pieces of folios on their way to the disk, in a growing set of arrays. */
  private static final class Pieces {
    private long[] keys = new long[64];
    private long[] addresses = new long[64];
    private int[] blocks = new int[64];
    private int[] folios = new int[64];
    private int count;

    void add(int folio, long diskBlock, long address, int blockCount) {
      if (count == keys.length) {
        keys = Arrays.copyOf(keys, 2 * count);
        addresses = Arrays.copyOf(addresses, 2 * count);
        blocks = Arrays.copyOf(blocks, 2 * count);
        folios = Arrays.copyOf(folios, 2 * count);
      }
      keys[count] = (diskBlock << PIECE_BITS) | count;
      addresses[count] = address;
      blocks[count] = blockCount;
      folios[count] = folio;
      count++;
    }

    void writeTo(DiskIo io, IoBatch batch, int blockSize) throws Ext4Exception {
      Arrays.sort(keys, 0, count);
      long position = 0;
      long address = 0;
      long length = 0;
      for (int i = 0; i < count; i++) {
        int piece = (int) keys[i] & ((1 << PIECE_BITS) - 1);
        long next = (keys[i] >>> PIECE_BITS) * blockSize;
        if (next != position + length || addresses[piece] != address + length) {
          if (length > 0) {
            io.write(batch, position, address, length);
          }
          position = next;
          address = addresses[piece];
          length = 0;
        }
        length += (long) blocks[piece] * blockSize;
      }
      if (length > 0) {
        io.write(batch, position, address, length);
      }
    }

    /** Notes on all folios what writes them. */
    void mark(PageCache pages, FolioWrite write) {
      for (int i = 0; i < count; i++) {
        pages.setWriter(folios[i], write);
      }
    }
  }

  /** Notes that a file has something to write. */
  void dirtied(ContentFile file) {
    if (dirtyFiles.add(file)) {
      file.dirtyFrom(clock.nanoTime());
    }
  }

  /** Starts to write what has been dirty for too long, and waits for nothing. */
  void poll() throws Ext4Exception {
    io.poll();
    Iterator<ContentFile> oldest = dirtyFiles.iterator();
    if (oldest.hasNext()
        && rounds.get(turn).batch.isDone()
        && clock.nanoTime() - oldest.next().dirtySince() > OLDEST_DIRTY_NS) {
      startRound(nextRound());
    }
  }

  /** Whether some file has something to write. */
  boolean hasWork() {
    return pages.dirtyFolios() > 0;
  }

  /**
   * Writes in the background when much is dirty, and waits when it is too much, so that a writer
   * goes at the disk's pace and not ahead of it until the cache is full.
   */
  void balance() throws Ext4Exception {
    if (pages.dirtyFolios() <= backgroundLimit) {
      return;
    }
    io.poll();
    while (pages.dirtyFolios() > dirtyLimit) {
      startRound(nextRound());
    }
    if (pages.dirtyFolios() >= backgroundLimit + roundFolios && rounds.get(turn).batch.isDone()) {
      startRound(nextRound());
    }
  }

  /** Makes at least one folio clean and idle. */
  void makeRoom() throws Ext4Exception {
    if (pages.dirtyFolios() > 0) {
      startRound(nextRound());
      // The other one was started earlier, so it is the one to end first.
      nextRound();
      return;
    }
    FolioWrite writer = pages.anyWriter();
    if (writer == null) {
      throw new Ext4Exception(Errno.EIO, "page cache", "all its folios are in use");
    }
    settle(writer);
  }

  /** The round whose turn it is, ended. */
  private Round nextRound() throws Ext4Exception {
    Round round = rounds.get(turn);
    turn = (turn + 1) % ROUNDS;
    end(round);
    return round;
  }

  private void settle(FolioWrite write) throws Ext4Exception {
    if (write.isDone()) {
      return;
    }
    for (Round round : rounds) {
      if (round.batch.equals(write.batch())) {
        end(round);
        return;
      }
    }
    io.settle(write.batch());
  }

  private void end(Round round) {
    try {
      io.await(round.batch);
    } catch (Ext4Exception failure) {
      round.files.forEach(file -> file.failed(String.valueOf(failure.getMessage())));
    } finally {
      round.files.clear();
    }
  }

  /** Starts to write folios of the files that have been dirty for the longest time. */
  private void startRound(Round round) throws Ext4Exception {
    pieces.count = 0;
    int room = roundFolios;
    Iterator<ContentFile> oldest = dirtyFiles.iterator();
    while (room > 0 && oldest.hasNext()) {
      ContentFile file = oldest.next();
      room -= gather(file, room);
      round.files.add(file);
      if (!file.folios().isDirty()) {
        oldest.remove();
      }
    }
    submit(round);
  }

  private void submit(Round round) throws Ext4Exception {
    try {
      hand(round.batch, round.files);
      io.start(round.batch);
    } catch (Ext4Exception failure) {
      round.files.forEach(file -> file.failed(String.valueOf(failure.getMessage())));
      end(round);
    }
  }

  /** Adds what was gathered to a batch, in the order of the disk. */
  private void hand(IoBatch batch, List<ContentFile> files) throws Ext4Exception {
    if (pieces.count == 0) {
      return;
    }
    try {
      pieces.writeTo(io, batch, blockSize);
    } finally {
      // Only now: something of the batch has not ended, so its number is that of this write.
      if (!batch.isDone()) {
        FolioWrite write = new FolioWrite(batch);
        pieces.mark(pages, write);
        files.forEach(file -> file.writtenBy(write));
      }
    }
  }

  /**
   * Adds writes of all that is dirty in a file to a batch that somebody else waits for.
   *
   * @throws Ext4Exception when some of it has no place on the disk, or the device is broken
   */
  void writeInto(ContentFile file, IoBatch batch) throws Ext4Exception {
    // Who waits for the batch relies on all of the file, also on what another round has begun.
    awaitWriters(file);
    while (file.folios().isDirty()) {
      pieces.count = 0;
      gather(file, roundFolios);
      hand(batch, List.of(file));
    }
    dirtyFiles.remove(file);
  }

  /** Writes all that is dirty in a file, and waits for it and for what was under way. */
  void writeAll(ContentFile file) throws Ext4Exception {
    while (file.folios().isDirty()) {
      Round round = nextRound();
      pieces.count = 0;
      gather(file, roundFolios);
      round.files.add(file);
      submit(round);
    }
    dirtyFiles.remove(file);
    awaitWriters(file);
  }

  /** Writes all that is dirty. */
  void writeAll() throws Ext4Exception {
    while (pages.dirtyFolios() > 0) {
      startRound(nextRound());
    }
    for (Round round : rounds) {
      end(round);
    }
  }

  /** Ends what is under way, and starts nothing more. */
  void abandon() {
    rounds.forEach(this::end);
    dirtyFiles.clear();
    try {
      for (FolioWrite write = pages.anyWriter(); write != null; write = pages.anyWriter()) {
        settle(write);
      }
    } catch (Ext4Exception broken) {
      // Nothing more comes from a broken device, so nothing is on its way.
      dirtyFiles.clear();
    }
  }

  /** Waits for the writes of a file that are under way, before its blocks or folios go away. */
  void awaitWriters(ContentFile file) throws Ext4Exception {
    for (FolioWrite writer : List.copyOf(file.writers())) {
      settle(writer);
    }
  }

  /** Forgets what is dirty in a file: it was deleted, or its dirty folios are gone. */
  void forget(ContentFile file) {
    dirtyFiles.remove(file);
  }

  /**
   * Takes dirty folios of a file, from its front, and notes where they go. They are clean from here
   * on.
   *
   * @return how many folios were taken
   */
  private int gather(ContentFile file, int most) throws Ext4Exception {
    pages.dirtyOf(file.folios(), folios);
    int count = Math.min(most, folios.size());
    for (int i = 0; i < count; i++) {
      FolioWrite earlier = pages.writer(folios.folio(i));
      if (earlier != null) {
        // Two writes of one block may end in any order.
        settle(earlier);
      }
    }
    int perFolio = pages.blocksPerFolio();
    IoMap run = new IoMap.Hole(0, 0);
    for (int i = 0; i < count; i++) {
      int folio = folios.folio(i);
      int dirty = pages.dirty(folio);
      pages.markClean(folio, dirty);
      int block = 0;
      while (dirty >>> block != 0) {
        if ((dirty >>> block & 1) == 0) {
          block++;
          continue;
        }
        long fileBlock = folios.index(i) * perFolio + block;
        if (fileBlock < run.first() || fileBlock >= run.end()) {
          run = mapDirty(file, fileBlock);
        }
        if (!(run instanceof IoMap.Mapped mapped)) {
          block++;
          continue;
        }
        int end = block + 1;
        while ((dirty >>> end & 1) != 0 && folios.index(i) * perFolio + end < run.end()) {
          end++;
        }
        pieces.add(
            folio,
            mapped.block() + fileBlock - mapped.first(),
            pages.address(folio) + (long) block * blockSize,
            end - block);
        block = end;
      }
    }
    return count;
  }

  /** Where a dirty block goes; a failure is the file's, and does not keep others from the disk. */
  private IoMap mapDirty(ContentFile file, long block) {
    try {
      IoMap run = file.mapping().map(block);
      if (run instanceof IoMap.Mapped) {
        return run;
      }
      throw new Ext4CorruptedException(
          "inode " + file.number(), "its block %d is dirty and has no place".formatted(block));
    } catch (Ext4Exception failure) {
      file.failed(String.valueOf(failure.getMessage()));
      return new IoMap.Hole(block, 1);
    }
  }
}
