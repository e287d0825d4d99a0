package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockDevice;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * File content in guest memory, in folios of a fixed size: 4 KiB, or a block if blocks are larger.
 *
 * <p>A folio is a number from 0 on; all that is known about it lies in arrays, a few bytes for
 * each. Every block of a folio has three bits: <i>uptodate</i>, its bytes are the file's; <i>dirty
 * </i>, the disk has other ones; <i>mapped</i>, it has a written block on the disk, so it can be
 * overwritten without asking the mapping. A dirty block is always uptodate and mapped.
 *
 * <p>Memory is taken in slabs as it is needed, up to the capacity, or to what the guest has. A
 * folio that is neither dirty, nor busy, nor on its way to the disk makes room for another one,
 * unless it was used since it was last considered. The cache knows files by their inode numbers,
 * and nothing of where they lie. Used by one task at a time.
 */
public final class PageCache implements AutoCloseable {
  /** What stands for no folio. */
  public static final int NONE = -1;

  /** The least capacity, in folios. */
  public static final int MIN_FOLIOS = 8;

  private static final int SMALLEST_FOLIO = 4096;
  private static final int SLAB_BYTES = 1 << 20;

  private static final byte REFERENCED = 1;
  private static final byte BUSY = 2;

  private final FrameAllocator frames;
  private final GuestMemory memory;
  private final MemorySegment ram;
  private final int folioBytes;
  private final int blockSize;
  private final int slabFolios;
  private final long[] slabs;
  private final FolioTable table;
  private final @Nullable FileFolios[] files;
  private final long[] indexes;
  private final byte[] uptodate;
  private final byte[] dirty;
  private final byte[] mapped;
  private final byte[] marks;
  private final @Nullable FolioWrite[] writers;

  /** Neighbours in the list of the file, or the next free folio. */
  private final int[] next;

  private final int[] previous;
  private int capacity;
  private int made;
  private int free = NONE;
  private int hand;
  private int dirtyFolios;
  private int used;

  /**
   * An empty cache.
   *
   * @param blockSize of the filesystem, in bytes
   * @param bytes the most guest memory to take; at least {@link #MIN_FOLIOS} folios
   */
  public PageCache(BlockDevice device, int blockSize, long bytes) {
    this.frames = device.frames();
    this.memory = device.memory();
    this.ram = memory.segment();
    this.blockSize = blockSize;
    this.folioBytes = Math.max(SMALLEST_FOLIO, blockSize);
    this.capacity = Math.clamp(bytes / folioBytes, MIN_FOLIOS, Integer.MAX_VALUE / 4);
    this.slabFolios = Math.min(capacity, Math.max(1, SLAB_BYTES / folioBytes));
    this.slabs = new long[Math.ceilDiv(capacity, slabFolios)];
    this.table = new FolioTable(capacity);
    this.files = new @Nullable FileFolios[capacity];
    this.indexes = new long[capacity];
    this.uptodate = new byte[capacity];
    this.dirty = new byte[capacity];
    this.mapped = new byte[capacity];
    this.marks = new byte[capacity];
    this.writers = new @Nullable FolioWrite[capacity];
    this.next = new int[capacity];
    this.previous = new int[capacity];
    addSlab();
  }

  /** Takes memory for more folios. */
  private void addSlab() {
    int count = Math.min(slabFolios, capacity - made);
    long bytes = (long) count * folioBytes;
    slabs[made / slabFolios] = frames.allocate(bytes);
    for (int folio = made + count - 1; folio >= made; folio--) {
      next[folio] = free;
      free = folio;
    }
    made += count;
  }

  /** Size of a folio in bytes. */
  public int folioBytes() {
    return folioBytes;
  }

  /** How many blocks a folio has, 1 to 4. */
  public int blocksPerFolio() {
    return folioBytes / blockSize;
  }

  /** The bits of all blocks of a folio. */
  public int allBlocks() {
    return (1 << blocksPerFolio()) - 1;
  }

  /**
   * The bits of the blocks that a range of a folio touches.
   *
   * @param from in bytes, from the start of the folio
   * @param to in bytes, behind the range
   */
  public int blocksOf(int from, int to) {
    int first = from / blockSize;
    int end = (to + blockSize - 1) / blockSize;
    return (1 << end) - (1 << first);
  }

  /** How many folios fit. */
  public int capacity() {
    return capacity;
  }

  /** How many folios hold content. */
  public int used() {
    return used;
  }

  /** How many folios have something to write. */
  public int dirtyFolios() {
    return dirtyFolios;
  }

  /** All guest memory; {@link #offset} says where a folio lies in it. */
  public MemorySegment ram() {
    return ram;
  }

  /** Where a folio lies in {@link #ram}. */
  public long offset(int folio) {
    return memory.offset(address(folio), folioBytes);
  }

  /** Where a guest range, part of a folio, lies in {@link #ram}. */
  public long offsetOf(long address, long length) {
    return memory.checkedOffset(address, length);
  }

  /** Where a folio lies in guest memory. */
  public long address(int folio) {
    return slabs[folio / slabFolios] + (long) (folio % slabFolios) * folioBytes;
  }

  /** Which part of its file a folio holds, in folios from the start. */
  public long index(int folio) {
    return indexes[folio];
  }

  /**
   * The folio of a part of a file, or {@link #NONE}.
   *
   * @param index in folios from the start of the file
   */
  public int find(FileFolios file, long index) {
    int folio = table.find(FolioTable.key(file.number, index));
    if (folio != NONE) {
      marks[folio] |= REFERENCED;
    }
    return folio;
  }

  /**
   * Gives a part of a file that is not in the cache a folio, of which no block is uptodate.
   *
   * @return {@link #NONE} when all folios are dirty, busy or on their way
   */
  public int add(FileFolios file, long index) {
    int folio = take();
    if (folio == NONE) {
      return NONE;
    }
    files[folio] = file;
    indexes[folio] = index;
    uptodate[folio] = 0;
    dirty[folio] = 0;
    mapped[folio] = 0;
    marks[folio] = REFERENCED;
    table.put(FolioTable.key(file.number, index), folio);
    link(file, folio, false);
    file.count++;
    used++;
    return folio;
  }

  private int take() {
    if (free == NONE && made < capacity) {
      try {
        addSlab();
      } catch (GuestOutOfMemoryException none) {
        // What is there has to do from now on.
        capacity = made;
      }
    }
    if (free == NONE) {
      evict();
    }
    int folio = free;
    if (folio != NONE) {
      free = next[folio];
    }
    return folio;
  }

  /** Frees a folio that was not used lately, if one can be. */
  private void evict() {
    // The first round takes the marks of use away, so the second one finds what there is.
    for (int considered = 0; considered < 2 * made; considered++) {
      int folio = hand;
      hand = hand + 1 == made ? 0 : hand + 1;
      if (files[folio] == null || dirty[folio] != 0 || (marks[folio] & BUSY) != 0) {
        continue;
      }
      if ((marks[folio] & REFERENCED) != 0) {
        marks[folio] &= ~REFERENCED;
      } else if (!isWriting(folio)) {
        remove(folio);
        return;
      }
    }
  }

  /** Whether blocks are all uptodate. */
  public boolean isUptodate(int folio, int blocks) {
    return (uptodate[folio] & blocks) == blocks;
  }

  /** The bits of the blocks that are uptodate. */
  public int uptodate(int folio) {
    return uptodate[folio];
  }

  /** Notes that blocks hold the file's bytes. */
  public void markUptodate(int folio, int blocks) {
    uptodate[folio] |= (byte) blocks;
  }

  /** Whether blocks are all on the disk as written ones. */
  public boolean isMapped(int folio, int blocks) {
    return (mapped[folio] & blocks) == blocks;
  }

  /** Notes that blocks are on the disk as written ones. */
  public void markMapped(int folio, int blocks) {
    mapped[folio] |= (byte) blocks;
  }

  /** The bits of the blocks that are dirty. */
  public int dirty(int folio) {
    return dirty[folio];
  }

  /** Notes that blocks, which are uptodate and mapped, differ from the disk. */
  public void markDirty(int folio, int blocks) {
    if (dirty[folio] == 0) {
      FileFolios file = fileOf(folio);
      unlink(file, folio, false);
      link(file, folio, true);
    }
    dirty[folio] |= (byte) blocks;
  }

  /** Notes that blocks need not be written any more. */
  public void markClean(int folio, int blocks) {
    if (dirty[folio] != 0) {
      dirty[folio] &= (byte) ~blocks;
      if (dirty[folio] == 0) {
        FileFolios file = fileOf(folio);
        unlink(file, folio, true);
        link(file, folio, false);
      }
    }
  }

  /**
   * Notes that blocks have become a hole, or have moved: they are neither dirty nor mapped, and not
   * uptodate.
   */
  public void invalidate(int folio, int blocks) {
    markClean(folio, blocks);
    uptodate[folio] &= (byte) ~blocks;
    mapped[folio] &= (byte) ~blocks;
  }

  /** Keeps a folio, or not any more: one that is being filled. */
  public void setBusy(int folio, boolean busy) {
    if (busy) {
      marks[folio] |= BUSY;
    } else {
      marks[folio] &= ~BUSY;
    }
  }

  /** Notes that a folio is being written; it keeps its place until that is done. */
  public void setWriter(int folio, FolioWrite write) {
    writers[folio] = write;
  }

  /** What writes a folio at the moment, or null. */
  public @Nullable FolioWrite writer(int folio) {
    return isWriting(folio) ? writers[folio] : null;
  }

  /** What writes some folio at the moment, or null. */
  public @Nullable FolioWrite anyWriter() {
    for (int folio = 0; folio < made; folio++) {
      if (files[folio] != null && isWriting(folio)) {
        return writers[folio];
      }
    }
    return null;
  }

  private boolean isWriting(int folio) {
    FolioWrite writer = writers[folio];
    if (writer != null && writer.isDone()) {
      writers[folio] = null;
      return false;
    }
    return writer != null;
  }

  /** Drops a folio, dirty or not; it may not be on its way to the disk. */
  public void remove(int folio) {
    FileFolios file = fileOf(folio);
    if (isWriting(folio)) {
      throw new IllegalStateException("folio " + folio + " is being written");
    }
    table.remove(FolioTable.key(file.number, indexes[folio]));
    unlink(file, folio, dirty[folio] != 0);
    file.count--;
    used--;
    files[folio] = null;
    dirty[folio] = 0;
    next[folio] = free;
    free = folio;
  }

  private FileFolios fileOf(int folio) {
    FileFolios file = files[folio];
    if (file == null) {
      throw new IllegalStateException("folio " + folio + " is free");
    }
    return file;
  }

  private void link(FileFolios file, int folio, boolean toDirty) {
    int head = toDirty ? file.dirty : file.clean;
    next[folio] = head;
    previous[folio] = NONE;
    if (head != NONE) {
      previous[head] = folio;
    }
    if (toDirty) {
      file.dirty = folio;
      file.dirtyCount++;
      dirtyFolios++;
    } else {
      file.clean = folio;
    }
  }

  private void unlink(FileFolios file, int folio, boolean fromDirty) {
    int before = previous[folio];
    int after = next[folio];
    if (after != NONE) {
      previous[after] = before;
    }
    if (before != NONE) {
      next[before] = after;
    } else if (fromDirty) {
      file.dirty = after;
    } else {
      file.clean = after;
    }
    if (fromDirty) {
      file.dirtyCount--;
      dirtyFolios--;
    }
  }

  /** The dirty folios of a file, in its order. */
  public void dirtyOf(FileFolios file, FolioList target) {
    target.clear();
    for (int folio = file.dirty; folio != NONE; folio = next[folio]) {
      target.add(FolioTable.key(indexes[folio], folio));
    }
    target.sort();
  }

  /**
   * Calls for every folio of a file whose index lies in a range; the action may remove the folio.
   *
   * @param end behind the last index
   */
  public void forEach(FileFolios file, long first, long end, IntConsumer action) {
    if (end - first < file.count) {
      for (long index = first; index < end; index++) {
        int folio = table.find(FolioTable.key(file.number, index));
        if (folio != NONE) {
          action.accept(folio);
        }
      }
    } else {
      forEachOf(file.clean, first, end, action);
      forEachOf(file.dirty, first, end, action);
    }
  }

  private void forEachOf(int head, long first, long end, IntConsumer action) {
    int folio = head;
    while (folio != NONE) {
      int following = next[folio];
      if (indexes[folio] >= first && indexes[folio] < end) {
        action.accept(folio);
      }
      folio = following;
    }
  }

  /** Gives the memory back. Nothing may be on its way. */
  @Override
  public void close() {
    for (int first = 0; first < made; first += slabFolios) {
      long count = Math.min(slabFolios, made - first);
      frames.free(slabs[first / slabFolios], count * folioBytes);
    }
    made = 0;
    free = NONE;
    capacity = 0;
    Arrays.fill(files, null);
  }
}
