package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
 * the bits that say it is there.
 */
final class SectorMap {
  private static final int CHUNK_SIZE = 64 * 1024;
  private static final int CHUNKS_PER_TABLE = 1024;
  private static final long TABLE_SIZE = (long) CHUNK_SIZE * CHUNKS_PER_TABLE;
  private static final int SECTORS_PER_CHUNK = CHUNK_SIZE / Storage.SECTOR_SIZE;
  private static final MemorySegment ZEROS = Arena.global().allocate(CHUNK_SIZE).asReadOnly();

  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Chunk>> tables;

  SectorMap(long sectors) {
    long bytes = Math.multiplyExact(sectors, Storage.SECTOR_SIZE);
    tables = new AtomicReferenceArray<>(Math.toIntExact(Math.ceilDiv(bytes, TABLE_SIZE)));
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
  boolean isPresent(long position) {
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
  long runLength(long position, long limit, boolean present) {
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
  void copyOut(long position, MemorySegment memory, long offset, long length) {
    Chunk chunk = chunk(position);
    MemorySegment data = chunk == null ? ZEROS : chunk.data;
    MemorySegment.copy(data, position % CHUNK_SIZE, memory, offset, length);
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
        MemorySegment.copy(ZEROS, 0, chunk.data, at % CHUNK_SIZE, part);
        chunk.markPresent((int) (at % CHUNK_SIZE), part);
      }
      at += part;
    }
  }

  /** Sets memory to zeros. */
  static void fillZero(MemorySegment memory, long offset, long length) {
    for (long done = 0; done < length; ) {
      long part = Math.min(length - done, CHUNK_SIZE);
      MemorySegment.copy(ZEROS, 0, memory, offset + done, part);
      done += part;
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
    AtomicReferenceArray<@Nullable Chunk> fresh = new AtomicReferenceArray<>(CHUNKS_PER_TABLE);
    AtomicReferenceArray<@Nullable Chunk> other =
        tables.compareAndExchange(tableIndex(position), null, fresh);
    return other == null ? fresh : other;
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
    static final Chunk ZERO = new Chunk(ZEROS, true);

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
