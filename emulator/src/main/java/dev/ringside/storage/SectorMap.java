package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sectors that were written, and only those: memory grows with what is written, not with the
 * capacity. Chunks of 64 KiB hang from tables of 1,024; each chunk knows which of its sectors it
 * has.
 *
 * <pre>
 *   position -> table (64 MiB each) -> chunk (64 KiB) -> sector (512 B), present or not
 * </pre>
 *
 * <p>For several tasks. Writers of the same chunk meet in atomic operations only: data first, then
 * the bits that say it is there. A lock is taken to hang up a table, and to resize.
 */
final class SectorMap {
  private static final int CHUNK_SIZE = Zeros.LENGTH;
  private static final int CHUNKS_PER_TABLE = 1024;
  private static final long TABLE_SIZE = (long) CHUNK_SIZE * CHUNKS_PER_TABLE;
  private static final int SECTORS_PER_CHUNK = CHUNK_SIZE / Storage.SECTOR_SIZE;

  private final ReentrantLock structure = new ReentrantLock();

  /** Replaced by a longer one when the map grows, under the lock. */
  private volatile AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Chunk>> tables;

  SectorMap(long sectors) {
    tables = new AtomicReferenceArray<>(tablesFor(sectors));
  }

  private static int tablesFor(long sectors) {
    long bytes = Math.multiplyExact(sectors, Storage.SECTOR_SIZE);
    return Math.toIntExact(Math.ceilDiv(bytes, TABLE_SIZE));
  }

  /**
   * Changes the capacity. Sectors that are cut off are as if they had never been written; what a
   * task still writes there lands in the map, and does no harm.
   */
  void resize(long sectors) {
    long bytes = Math.multiplyExact(sectors, Storage.SECTOR_SIZE);
    structure.lock();
    try {
      int length = Math.max(tables.length(), tablesFor(sectors));
      AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Chunk>> longer =
          new AtomicReferenceArray<>(length);
      for (int i = 0; i < tables.length(); i++) {
        boolean kept = i * TABLE_SIZE < bytes;
        longer.set(i, kept ? tables.get(i) : null);
      }
      AtomicReferenceArray<@Nullable Chunk> last =
          bytes % TABLE_SIZE == 0 ? null : longer.get(tableIndex(bytes));
      if (last != null) {
        cut(last, bytes);
      }
      tables = longer;
    } finally {
      structure.unlock();
    }
  }

  private static void cut(AtomicReferenceArray<@Nullable Chunk> table, long end) {
    int first = chunkIndex(end);
    int inChunk = (int) (end % CHUNK_SIZE);
    Chunk partial = table.get(first);
    if (inChunk > 0 && partial != null) {
      Chunk left = new Chunk(false);
      for (int at = 0; at < inChunk; at += Storage.SECTOR_SIZE) {
        if (partial.has(at / Storage.SECTOR_SIZE)) {
          MemorySegment.copy(partial.data, at, left.data, at, Storage.SECTOR_SIZE);
          left.markPresent(at, Storage.SECTOR_SIZE);
        }
      }
      table.set(first, left);
    } else {
      table.set(first, null);
    }
    for (int i = first + 1; i < CHUNKS_PER_TABLE; i++) {
      table.set(i, null);
    }
  }

  /**
   * Copies a range of whole sectors out; the pieces may be cut anywhere. What was never written
   * comes from below.
   *
   * @param below null when there is nothing but zeros
   * @param belowEnd where it ends, in bytes; zeros follow
   */
  void read(long position, IoVector target, @Nullable Storage below, long belowEnd)
      throws IOException {
    IoVector part = null;
    long at = position;
    for (int piece = 0; piece < target.count(); piece++) {
      long offset = target.offset(piece);
      for (long left = target.length(piece); left > 0; ) {
        boolean present = isPresent(at);
        long run = runLength(at, left, present);
        if (present) {
          copyOut(at, target.memory(), offset, run);
        } else if (below == null || at >= belowEnd) {
          Zeros.fill(target.memory(), offset, run);
        } else {
          run = Math.min(run, belowEnd - at);
          if (part == null) {
            part = new IoVector(target.memory());
          }
          part.clear();
          part.add(offset, run);
          below.read(at, part);
        }
        at += run;
        offset += run;
        left -= run;
      }
    }
  }

  /** Stores the bytes of a range of whole sectors; the pieces may be cut anywhere. */
  void write(long position, IoVector source) {
    long at = position;
    for (int piece = 0; piece < source.count(); piece++) {
      long offset = source.offset(piece);
      long end = at + source.length(piece);
      while (at < end) {
        int part = (int) Math.min(end - at, CHUNK_SIZE - at % CHUNK_SIZE);
        Chunk chunk = chunkForWriting(at);
        MemorySegment.copy(source.memory(), offset, chunk.data, at % CHUNK_SIZE, part);
        at += part;
        offset += part;
      }
    }
    markPresent(position, source.bytes());
  }

  private void markPresent(long position, long length) {
    long end = position + length;
    for (long at = position; at < end; ) {
      int part = (int) Math.min(end - at, CHUNK_SIZE - at % CHUNK_SIZE);
      chunkForWriting(at).markPresent((int) (at % CHUNK_SIZE), part);
      at += part;
    }
  }

  /** Whether no sector of a range was written: the whole of it reads as what lies below. */
  boolean noneIn(long position, long length) {
    long end = position + length;
    for (long at = position; at < end; ) {
      if (isPresent(at)) {
        return false;
      }
      at += runLength(at, end - at, false);
    }
    return true;
  }

  /** Whether the sector at a position was written or zeroed. */
  private boolean isPresent(long position) {
    Chunk chunk = chunk(position);
    return chunk != null && chunk.has((int) (position % CHUNK_SIZE / Storage.SECTOR_SIZE));
  }

  /**
   * How many bytes from a position on are like its first sector: at most {@code limit}, and not
   * past the end of the chunk.
   *
   * @param present what {@link #isPresent} said of the first sector; asking again could give
   *     another answer while someone writes, and sectors would be taken for what they are not
   */
  private long runLength(long position, long limit, boolean present) {
    long inChunk = position % CHUNK_SIZE;
    long most = Math.min(limit, CHUNK_SIZE - inChunk);
    Chunk chunk = chunk(position);
    if (chunk == null) {
      return most;
    }
    long run = Storage.SECTOR_SIZE - inChunk % Storage.SECTOR_SIZE;
    for (int sector = (int) (inChunk / Storage.SECTOR_SIZE) + 1;
        run < most && chunk.has(sector) == present;
        sector++) {
      run += Storage.SECTOR_SIZE;
    }
    return Math.min(run, most);
  }

  /** Copies a present run out; see {@link #runLength}. */
  private void copyOut(long position, MemorySegment memory, long offset, long length) {
    Chunk chunk = chunk(position);
    MemorySegment data = chunk == null ? Zeros.BLOCK : chunk.data;
    MemorySegment.copy(data, position % CHUNK_SIZE, memory, offset, length);
  }

  /** Like {@link #zero}, and overwrites what was there. */
  void erase(long position, long length) {
    long end = position + length;
    for (long at = position; at < end; ) {
      int part = (int) Math.min(end - at, CHUNK_SIZE - at % CHUNK_SIZE);
      Chunk chunk = chunk(at);
      if (chunk != null && chunk != Chunk.ZERO) {
        MemorySegment.copy(Zeros.BLOCK, 0, chunk.data, at % CHUNK_SIZE, part);
      }
      at += part;
    }
    zero(position, length);
  }

  /** Makes a range read as zeros; whole chunks give their memory back. */
  void zero(long position, long length) {
    long end = position + length;
    for (long at = position; at < end; ) {
      int part = (int) Math.min(end - at, CHUNK_SIZE - at % CHUNK_SIZE);
      if (part == CHUNK_SIZE) {
        tableForWriting(at).set(chunkIndex(at), Chunk.ZERO);
      } else {
        Chunk chunk = chunkForWriting(at);
        MemorySegment.copy(Zeros.BLOCK, 0, chunk.data, at % CHUNK_SIZE, part);
        chunk.markPresent((int) (at % CHUNK_SIZE), part);
      }
      at += part;
    }
  }

  private @Nullable Chunk chunk(long position) {
    AtomicReferenceArray<@Nullable Chunk> table = tables.get(tableIndex(position));
    return table == null ? null : table.get(chunkIndex(position));
  }

  private AtomicReferenceArray<@Nullable Chunk> tableForWriting(long position) {
    AtomicReferenceArray<@Nullable Chunk> table = tables.get(tableIndex(position));
    if (table != null) {
      return table;
    }
    structure.lock();
    try {
      AtomicReferenceArray<@Nullable Chunk> other = tables.get(tableIndex(position));
      if (other != null) {
        return other;
      }
      AtomicReferenceArray<@Nullable Chunk> fresh = new AtomicReferenceArray<>(CHUNKS_PER_TABLE);
      tables.set(tableIndex(position), fresh);
      return fresh;
    } finally {
      structure.unlock();
    }
  }

  private Chunk chunkForWriting(long position) {
    AtomicReferenceArray<@Nullable Chunk> table = tableForWriting(position);
    int index = chunkIndex(position);
    while (true) {
      Chunk chunk = table.get(index);
      if (chunk != null && chunk != Chunk.ZERO) {
        return chunk;
      }
      Chunk fresh = new Chunk(chunk == Chunk.ZERO);
      if (table.compareAndSet(index, chunk, fresh)) {
        return fresh;
      }
    }
  }

  private static int tableIndex(long position) {
    return (int) (position / TABLE_SIZE);
  }

  private static int chunkIndex(long position) {
    return (int) (position % TABLE_SIZE / CHUNK_SIZE);
  }

  private static final class Chunk {
    /** Stands for a chunk that was zeroed as a whole; never written to. */
    static final Chunk ZERO = new Chunk(Zeros.BLOCK, true);

    final MemorySegment data;
    private final AtomicLongArray present = new AtomicLongArray(SECTORS_PER_CHUNK / Long.SIZE);

    /** A chunk of zeros, with all of its sectors present or none. */
    Chunk(boolean allPresent) {
      this(Arena.ofAuto().allocate(CHUNK_SIZE), allPresent);
    }

    private Chunk(MemorySegment data, boolean allPresent) {
      this.data = data;
      for (int word = 0; allPresent && word < present.length(); word++) {
        present.set(word, -1L);
      }
    }

    void markPresent(int start, int length) {
      int first = start / Storage.SECTOR_SIZE;
      int end = first + length / Storage.SECTOR_SIZE;
      for (int word = first / Long.SIZE; word * Long.SIZE < end; word++) {
        int low = Math.max(first - word * Long.SIZE, 0);
        int high = Math.min(end - word * Long.SIZE, Long.SIZE);
        long bits = (-1L >>> (Long.SIZE - (high - low))) << low;
        if ((present.get(word) & bits) != bits) {
          present.getAndUpdate(word, current -> current | bits);
        }
      }
    }

    boolean has(int sector) {
      return (present.get(sector / Long.SIZE) & (1L << sector)) != 0;
    }
  }
}
