package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.bits64;
import static dev.ringside.ext4.format.LittleEndian.put64;
import static dev.ringside.ext4.format.LittleEndian.putU16;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * A node of an extent tree: in an inode's {@code i_block} or in a block of its own.
 *
 * <pre>
 *  header (struct ext4_extent_header)     0x00 magic entries max depth  0x08 generation
 *  then in a leaf (struct ext4_extent)    0x00 first block   len start_hi  start_lo
 *  or in an index (struct ext4_extent_idx) 0x00 first block  leaf_lo       leaf_hi unused
 *  in a block, after max entries          checksum (struct ext4_extent_tail)
 * </pre>
 *
 * <p>File blocks are numbered with 32 bits, disk blocks with 48. A length above 32768 says that the
 * extent is unwritten, and is then 32768 too large.
 *
 * <p>{@link #verifyBlock} checks a node on its own; where it stands in the tree is for the tree to
 * check.
 */
public final class ExtentNode {
  /** The deepest tree: an index can be five levels above the leaves. */
  public static final int MAX_DEPTH = 5;

  /** One more than the last file block that an extent can map. */
  public static final long END_OF_FILE_BLOCKS = 1L << 32;

  private static final int EH_MAGIC = 0x00;
  private static final int EH_ENTRIES = 0x02;
  private static final int EH_MAX = 0x04;
  private static final int EH_DEPTH = 0x06;
  private static final int HEADER_SIZE = 12;
  private static final int ENTRY_SIZE = 12;
  private static final int TAIL_SIZE = 4;
  private static final int EE_BLOCK = 0x00;
  private static final int EE_LEN = 0x04;
  private static final int EE_START_HI = 0x06;
  private static final int EE_START_LO = 0x08;
  private static final int EI_LEAF_LO = 0x04;
  private static final int EI_LEAF_HI = 0x08;

  private static final int MAGIC = 0xf30a;
  private static final int MAX_WRITTEN_LENGTH = 32768;

  /** The longest extent that is written. */
  public static final int MAX_LENGTH = MAX_WRITTEN_LENGTH;

  /** The longest extent that is unwritten. */
  public static final int MAX_UNWRITTEN_LENGTH = MAX_WRITTEN_LENGTH - 1;

  private final MemorySegment bytes;

  /** A node whose bytes passed {@link #verifyRoot} or {@link #verifyBlock}. */
  public ExtentNode(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /** Checks the root of a tree: a node without a checksum of its own. */
  public static void verifyRoot(MemorySegment bytes, Superblock superblock, String structure)
      throws Ext4CorruptedException {
    new ExtentNode(bytes).verifyEntries(superblock, structure, bytes.byteSize());
  }

  /**
   * Checks a node that fills a block, with its checksum if the filesystem has them.
   *
   * @param checksumSeed of the inode that the tree belongs to
   */
  public static void verifyBlock(
      MemorySegment bytes, Superblock superblock, String structure, int checksumSeed)
      throws Ext4CorruptedException {
    ExtentNode node = new ExtentNode(bytes);
    long room = bytes.byteSize();
    if (superblock.hasMetadataChecksums()) {
      room -= TAIL_SIZE;
      long tail = HEADER_SIZE + (long) node.max() * ENTRY_SIZE;
      if (tail > room) {
        throw node.tooLarge(structure);
      }
      int computed = new Crc32c().start(checksumSeed).add(bytes, 0, tail).value();
      ChecksumMismatch.check(structure, bits32(bytes, tail), computed);
    }
    node.verifyEntries(superblock, structure, room);
  }

  private void verifyEntries(Superblock superblock, String structure, long room)
      throws Ext4CorruptedException {
    if (u16(bytes, EH_MAGIC) != MAGIC) {
      throw new Ext4CorruptedException(
          structure, "magic 0x%04x instead of 0x%04x".formatted(u16(bytes, EH_MAGIC), MAGIC));
    }
    if (HEADER_SIZE + (long) max() * ENTRY_SIZE > room) {
      throw tooLarge(structure);
    }
    if (max() == 0 || entries() > max()) {
      throw new Ext4CorruptedException(
          structure, "%d entries of at most %d".formatted(entries(), max()));
    }
    if (depth() > MAX_DEPTH) {
      throw new Ext4CorruptedException(structure, "depth %d is above 5".formatted(depth()));
    }
    if (isLeaf()) {
      verifyExtents(superblock, structure);
    } else {
      verifyIndex(superblock, structure);
    }
  }

  private Ext4CorruptedException tooLarge(String structure) {
    return new Ext4CorruptedException(structure, max() + " entries do not fit");
  }

  private void verifyExtents(Superblock superblock, String structure)
      throws Ext4CorruptedException {
    long end = 0;
    for (int i = 0; i < entries(); i++) {
      if (length(i) == 0 || firstBlock(i) < end) {
        throw new Ext4CorruptedException(
            structure,
            "extent %d maps %d blocks from %d, behind block %d"
                .formatted(i, length(i), firstBlock(i), end));
      }
      end = firstBlock(i) + length(i);
      if (end > END_OF_FILE_BLOCKS || !superblock.isDataRange(start(i), length(i))) {
        throw new Ext4CorruptedException(
            structure,
            "extent %d maps file block %d to %d blocks from %d of %d"
                .formatted(i, firstBlock(i), length(i), start(i), superblock.blocks()));
      }
    }
  }

  private void verifyIndex(Superblock superblock, String structure) throws Ext4CorruptedException {
    if (entries() == 0) {
      throw new Ext4CorruptedException(structure, "an index of depth " + depth() + " is empty");
    }
    for (int i = 0; i < entries(); i++) {
      if (i > 0 && firstBlock(i) <= firstBlock(i - 1)) {
        throw new Ext4CorruptedException(
            structure,
            "index entry %d starts at %d, the one before at %d"
                .formatted(i, firstBlock(i), firstBlock(i - 1)));
      }
      if (!superblock.isDataBlock(child(i))) {
        throw new Ext4CorruptedException(
            structure,
            "index entry %d leads to block %d of %d".formatted(i, child(i), superblock.blocks()));
      }
    }
  }

  /** How many entries are used. */
  public int entries() {
    return u16(bytes, EH_ENTRIES);
  }

  /** Whether no entry can be added. */
  public boolean isFull() {
    return entries() >= max();
  }

  /** How many entries fit. */
  public int max() {
    return u16(bytes, EH_MAX);
  }

  /** How many levels lie below: 0 for a leaf. */
  public int depth() {
    return u16(bytes, EH_DEPTH);
  }

  public boolean isLeaf() {
    return depth() == 0;
  }

  /** The first file block that an entry is about. */
  public long firstBlock(int index) {
    return u32(bytes, entry(index) + EE_BLOCK);
  }

  /** In a leaf: how many blocks an extent maps. */
  public int length(int index) {
    int length = u16(bytes, entry(index) + EE_LEN);
    return length > MAX_WRITTEN_LENGTH ? length - MAX_WRITTEN_LENGTH : length;
  }

  /** In a leaf: whether an extent's blocks were allocated but never written, so read as zeros. */
  public boolean isUnwritten(int index) {
    return u16(bytes, entry(index) + EE_LEN) > MAX_WRITTEN_LENGTH;
  }

  /** In a leaf: the first disk block of an extent. */
  public long start(int index) {
    return u32(bytes, entry(index) + EE_START_LO)
        | ((long) u16(bytes, entry(index) + EE_START_HI) << 32);
  }

  /** In an index: the block of the node below. */
  public long child(int index) {
    return u32(bytes, entry(index) + EI_LEAF_LO)
        | ((long) u16(bytes, entry(index) + EI_LEAF_HI) << 32);
  }

  /** What a leaf's entry says behind its first block, as {@link #insert} takes it. */
  public static long extentEntry(long start, int length, boolean unwritten) {
    int coded = unwritten ? length + MAX_WRITTEN_LENGTH : length;
    return coded | ((start >>> Integer.SIZE) << Short.SIZE) | (start << Integer.SIZE);
  }

  /** What an index's entry says behind its first block, as {@link #insert} takes it. */
  public static long childEntry(long block) {
    // The low and the high half follow each other.
    return block;
  }

  /** What an entry says behind its first block. */
  public long entryValue(int index) {
    return bits64(bytes, entry(index) + EE_LEN);
  }

  /**
   * Makes all of the bytes a node without entries.
   *
   * @param tail whether room for a checksum stays at the end
   */
  public void format(int depth, boolean tail) {
    long room = bytes.byteSize() - HEADER_SIZE - (tail ? TAIL_SIZE : 0);
    bytes.fill((byte) 0);
    putU16(bytes, EH_MAGIC, MAGIC);
    putU16(bytes, EH_MAX, (int) (room / ENTRY_SIZE));
    putU16(bytes, EH_DEPTH, depth);
  }

  /** Sets how many levels lie below. */
  public void setDepth(int depth) {
    putU16(bytes, EH_DEPTH, depth);
  }

  /** Makes room for an entry and writes it; the node is not full. */
  public void insert(int index, long firstBlock, long value) {
    move(bytes, index, this, index + 1, entries() - index);
    putU16(bytes, EH_ENTRIES, entries() + 1);
    set(index, firstBlock, value);
  }

  /** Writes an entry over another one. */
  public void set(int index, long firstBlock, long value) {
    putU32(bytes, entry(index) + EE_BLOCK, firstBlock);
    put64(bytes, entry(index) + EE_LEN, value);
  }

  /** Changes the first file block of an entry. */
  public void setFirstBlock(int index, long firstBlock) {
    putU32(bytes, entry(index) + EE_BLOCK, firstBlock);
  }

  /** Takes an entry out. */
  public void remove(int index) {
    move(bytes, index + 1, this, index, entries() - index - 1);
    putU16(bytes, EH_ENTRIES, entries() - 1);
  }

  /** Moves the entries from one on to the end of another node, which has room for them. */
  public void moveTail(int from, ExtentNode target) {
    int count = entries() - from;
    move(bytes, from, target, target.entries(), count);
    putU16(target.bytes, EH_ENTRIES, target.entries() + count);
    putU16(bytes, EH_ENTRIES, from);
  }

  private static void move(MemorySegment source, int from, ExtentNode target, int to, int count) {
    MemorySegment.copy(source, entry(from), target.bytes, entry(to), (long) count * ENTRY_SIZE);
  }

  /**
   * Writes the checksum of a node that fills a block.
   *
   * @param checksumSeed of the inode that the tree belongs to
   */
  public static void seal(MemorySegment bytes, int checksumSeed) {
    long tail = entry(new ExtentNode(bytes).max());
    putU32(bytes, tail, new Crc32c().start(checksumSeed).add(bytes, 0, tail).value());
  }

  private static long entry(int index) {
    return HEADER_SIZE + (long) index * ENTRY_SIZE;
  }

  /** The last entry that starts at a file block or before it; -1 when there is none. */
  public int lastNotAfter(long fileBlock) {
    int low = 0;
    int high = entries();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (firstBlock(middle) <= fileBlock) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
