package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU16;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.putU8;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;
import static dev.ringside.ext4.format.LittleEndian.u8;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node of a hashed directory's index, dressed up as a directory block: old programs see entries
 * without a name over it.
 *
 * <pre>
 *  root, block 0 (struct dx_root)     0x00 entry "." of 12 bytes    0x0c entry ".." over the rest
 *                                     0x18 reserved  0x1c hash_version info_length
 *                                          indirect_levels unused_flags
 *                                     0x20 entries
 *  node (struct dx_node)              0x00 free entry over the block    0x08 entries
 *  entry (struct dx_entry)            0x00 hash   0x04 block of the directory
 *  the first entry's hash is zero     0x00 limit count: how many entries fit, and are
 *  after limit entries (dx_tail)      0x00 reserved  0x04 checksum      (with metadata_csum)
 * </pre>
 *
 * <p>Entries are sorted by hash; each leads to names from its hash up to the next one's. A hash
 * whose lowest bit is set says that names of that very hash begin in the block before.
 */
public final class HashTreeNode {
  private static final int ROOT_ENTRIES = 0x20;
  private static final int NODE_FREE_ENTRY = 0x00;
  private static final int NODE_ENTRIES = 0x08;
  private static final int ROOT_DOT = 0x00;
  private static final int ROOT_DOT_DOT = 0x0c;
  private static final int ROOT_RESERVED = 0x18;
  private static final int ROOT_HASH_VERSION = 0x1c;
  private static final int ROOT_INFO_LENGTH = 0x1d;
  private static final int ROOT_INDIRECT_LEVELS = 0x1e;
  private static final int INFO_LENGTH = 8;
  private static final int ENTRY_SIZE = 8;
  private static final int DX_HASH = 0x00;
  private static final int DX_BLOCK = 0x04;
  private static final int DX_LIMIT = 0x00;
  private static final int DX_COUNT = 0x02;
  private static final int TAIL_SIZE = 8;
  private static final int DT_RESERVED = 0x00;
  private static final int DT_CHECKSUM = 0x04;
  private static final int DT_CHECKSUM_LENGTH = 4;

  private final MemorySegment bytes;
  private final int entries;

  private HashTreeNode(MemorySegment bytes, int entries) {
    this.bytes = bytes;
    this.entries = entries;
  }

  /** A root that passed {@link #verifyRoot}. */
  public static HashTreeNode root(MemorySegment bytes) {
    return new HashTreeNode(bytes, ROOT_ENTRIES);
  }

  /** A node that passed {@link #verifyNode}. */
  public static HashTreeNode node(MemorySegment bytes) {
    return new HashTreeNode(bytes, NODE_ENTRIES);
  }

  /**
   * Checks a directory's first block as the root of an index, with its checksum if the filesystem
   * has them.
   *
   * @param checksumSeed of the directory's inode
   */
  public static void verifyRoot(
      MemorySegment bytes, Superblock superblock, String structure, int checksumSeed)
      throws Ext4CorruptedException {
    HashTreeNode root = root(bytes);
    verifyDots(bytes, superblock, structure);
    if (u32(bytes, ROOT_RESERVED) != 0 || u8(bytes, ROOT_INFO_LENGTH) != INFO_LENGTH) {
      throw new Ext4CorruptedException(
          structure,
          "reserved word %d, info_length %d"
              .formatted(u32(bytes, ROOT_RESERVED), u8(bytes, ROOT_INFO_LENGTH)));
    }
    if (HashVersion.of(u8(bytes, ROOT_HASH_VERSION)).isEmpty()) {
      throw new Ext4CorruptedException(
          structure, "unknown hash_version " + u8(bytes, ROOT_HASH_VERSION));
    }
    int deepest = maxIndirectLevels(superblock);
    if (root.indirectLevels() > deepest) {
      throw new Ext4CorruptedException(
          structure, "%d indirect levels of at most %d".formatted(root.indirectLevels(), deepest));
    }
    root.verifyEntries(superblock, structure, checksumSeed);
  }

  /**
   * Checks the two entries at the start of a root, of which ".." hides the index. Their inodes are
   * followed by nobody.
   */
  public static void verifyDots(MemorySegment bytes, Superblock superblock, String structure)
      throws Ext4CorruptedException {
    long dotDotLength = DirectoryBlock.recordLength(bytes, ROOT_DOT_DOT);
    boolean dots =
        DirectoryBlock.recordLength(bytes, ROOT_DOT) == ROOT_DOT_DOT
            && isDots(bytes, ROOT_DOT, 1)
            && dotDotLength == bytes.byteSize() - ROOT_DOT_DOT
            && isDots(bytes, ROOT_DOT_DOT, 2);
    if (!dots) {
      throw new Ext4CorruptedException(structure, "does not start with . and .. over the index");
    }
    for (int offset : new int[] {ROOT_DOT, ROOT_DOT_DOT}) {
      long inode = u32(bytes, offset);
      if (inode == 0 || inode > superblock.inodes()) {
        throw new Ext4CorruptedException(
            structure,
            "entry at byte %d: inode %d of %d".formatted(offset, inode, superblock.inodes()));
      }
    }
  }

  private static boolean isDots(MemorySegment bytes, int offset, int count) {
    // The length's upper byte is the type: names are short here, so the lower one is all.
    boolean dots = u8(bytes, offset + DirectoryBlock.DE_NAME_LEN) == count;
    for (int i = 0; i < count; i++) {
      dots &= u8(bytes, offset + DirectoryBlock.DE_NAME + i) == '.';
    }
    return dots;
  }

  /** How many levels of nodes may lie between a root and the leaves. */
  public static int maxIndirectLevels(Superblock superblock) {
    return superblock.has(Feature.LARGE_DIR) ? 2 : 1;
  }

  /** Whether a block looks like a node from outside: one free entry over all of it. */
  public static boolean isHidden(MemorySegment bytes) {
    return u32(bytes, NODE_FREE_ENTRY) == 0
        && DirectoryBlock.recordLength(bytes, NODE_FREE_ENTRY) == bytes.byteSize();
  }

  /** Checks a node below the root, with its checksum if the filesystem has them. */
  public static void verifyNode(
      MemorySegment bytes, Superblock superblock, String structure, int checksumSeed)
      throws Ext4CorruptedException {
    if (!isHidden(bytes)) {
      throw new Ext4CorruptedException(structure, "is not hidden behind a free entry");
    }
    node(bytes).verifyEntries(superblock, structure, checksumSeed);
  }

  private void verifyEntries(Superblock superblock, String structure, int checksumSeed)
      throws Ext4CorruptedException {
    boolean checksums = superblock.hasMetadataChecksums();
    int room = room(superblock);
    if (limit() != room || count() == 0 || count() > limit()) {
      throw new Ext4CorruptedException(
          structure, "%d entries, limit %d, room for %d".formatted(count(), limit(), room));
    }
    if (checksums) {
      verifyChecksum(structure, checksumSeed);
    }
    for (int i = 0; i < count(); i++) {
      if (block(i) == 0) {
        throw new Ext4CorruptedException(
            structure, "entry %d leads to block 0, the root".formatted(i));
      }
      if (i > 0 && Integer.compareUnsigned(hash(i), hash(i - 1)) < 0) {
        throw new Ext4CorruptedException(
            structure,
            "entry %d has hash 0x%08x, the one before 0x%08x".formatted(i, hash(i), hash(i - 1)));
      }
    }
  }

  private int room(Superblock superblock) {
    int tail = superblock.hasMetadataChecksums() ? TAIL_SIZE : 0;
    return ((int) bytes.byteSize() - entries - tail) / ENTRY_SIZE;
  }

  private void verifyChecksum(String structure, int checksumSeed) throws Ext4CorruptedException {
    ChecksumMismatch.check(
        structure, bits32(bytes, tail() + DT_CHECKSUM), computeChecksum(checksumSeed));
  }

  private int computeChecksum(int checksumSeed) {
    return new Crc32c()
        .start(checksumSeed)
        .add(bytes, 0, entries + (long) count() * ENTRY_SIZE)
        .add(bytes, tail() + DT_RESERVED, DT_CHECKSUM - DT_RESERVED)
        .addZeros(DT_CHECKSUM_LENGTH)
        .value();
  }

  private long tail() {
    return entries + (long) limit() * ENTRY_SIZE;
  }

  /**
   * Writes the checksum, if the filesystem has them.
   *
   * @param checksumSeed of the directory's inode
   */
  public void seal(Superblock superblock, int checksumSeed) {
    if (superblock.hasMetadataChecksums()) {
      putU32(bytes, tail() + DT_CHECKSUM, computeChecksum(checksumSeed));
    }
  }

  /**
   * Makes a directory's first block, which starts with its two dots, the root of an index.
   *
   * @param leaf the block of the directory that has all its other names
   */
  public static HashTreeNode formatRoot(
      MemorySegment bytes, Superblock superblock, HashVersion version, long leaf) {
    DirectoryBlock.putRecordLength(bytes, ROOT_DOT_DOT, (int) bytes.byteSize() - ROOT_DOT_DOT);
    bytes.asSlice(ROOT_RESERVED).fill((byte) 0);
    putU8(bytes, ROOT_HASH_VERSION, version.number());
    putU8(bytes, ROOT_INFO_LENGTH, INFO_LENGTH);
    HashTreeNode root = root(bytes);
    root.putLimit(superblock);
    root.putCount(1);
    root.putBlock(0, leaf);
    return root;
  }

  /** Makes a block a node without entries; it is none before it has one. */
  public static HashTreeNode formatNode(MemorySegment bytes, Superblock superblock) {
    bytes.fill((byte) 0);
    DirectoryBlock.putRecordLength(bytes, NODE_FREE_ENTRY, (int) bytes.byteSize());
    HashTreeNode node = node(bytes);
    node.putLimit(superblock);
    return node;
  }

  /** Makes a root a block of names that has only the two dots. */
  public static void unformatRoot(MemorySegment bytes, Superblock superblock) {
    long self = u32(bytes, ROOT_DOT);
    long parent = u32(bytes, ROOT_DOT_DOT);
    new DirectoryBlock(bytes, superblock).clearToDots(self, parent);
  }

  private void putLimit(Superblock superblock) {
    putU16(bytes, entries + DX_LIMIT, room(superblock));
  }

  private void putCount(int count) {
    putU16(bytes, entries + DX_COUNT, count);
  }

  private void putBlock(int index, long block) {
    putU32(bytes, entries + (long) index * ENTRY_SIZE + DX_BLOCK, block);
  }

  /** Whether no entry can be added. */
  public boolean isFull() {
    return count() == limit();
  }

  /**
   * Adds an entry to a node that is not full.
   *
   * @param index what its place will be, 1 or more
   */
  public void insert(int index, int hash, long block) {
    long place = entries + (long) index * ENTRY_SIZE;
    long behind = (long) (count() - index) * ENTRY_SIZE;
    MemorySegment.copy(bytes, place, bytes, place + ENTRY_SIZE, behind);
    putU32(bytes, place + DX_HASH, hash);
    putU32(bytes, place + DX_BLOCK, block);
    putCount(count() + 1);
  }

  /**
   * Moves the upper half of the entries to an empty node.
   *
   * @return the hash that the other node starts at
   */
  public int splitInto(HashTreeNode other) {
    int kept = count() / 2;
    int hash = hash(kept);
    other.takeFrom(this, kept);
    putCount(kept);
    return hash;
  }

  /**
   * Moves all entries of a root to an empty node, which becomes the only one below it: the tree
   * grows by a level.
   *
   * @param child the block of the directory that the node is
   */
  public void moveDownInto(HashTreeNode node, long child) {
    node.takeFrom(this, 0);
    putCount(1);
    putBlock(0, child);
    putU8(bytes, ROOT_INDIRECT_LEVELS, indirectLevels() + 1);
  }

  private void takeFrom(HashTreeNode source, int first) {
    int taken = source.count() - first;
    putBlock(0, source.block(first));
    MemorySegment.copy(
        source.bytes,
        source.entries + (first + 1L) * ENTRY_SIZE,
        bytes,
        entries + (long) ENTRY_SIZE,
        (taken - 1L) * ENTRY_SIZE);
    putCount(taken);
  }

  /** In a root: one of the two entries that the index hides behind, or null for other names. */
  public @Nullable DirectoryEntry findDot(ByteString name) {
    if (!DirectoryBlock.isDots(name)) {
      return null;
    }
    long inode = u32(bytes, name.length() == 1 ? ROOT_DOT : ROOT_DOT_DOT);
    return new DirectoryEntry(name, inode, Optional.of(FileType.DIRECTORY));
  }

  /** In a root: sets where one of the two entries leads that {@link #findDot} finds. */
  public void setDot(ByteString name, long inode) {
    putU32(bytes, name.length() == 1 ? ROOT_DOT : ROOT_DOT_DOT, inode);
  }

  /** In a root: how names are hashed. */
  public HashVersion hashVersion() {
    return HashVersion.of(u8(bytes, ROOT_HASH_VERSION)).orElseThrow();
  }

  /** In a root: how many levels of nodes lie between it and the leaves. */
  public int indirectLevels() {
    return u8(bytes, ROOT_INDIRECT_LEVELS);
  }

  /** In a root: adds the two entries that the index hides behind. */
  public void addDotsTo(List<DirectoryEntry> list) {
    list.add(
        new DirectoryEntry(
            ByteString.of("."), u32(bytes, ROOT_DOT), Optional.of(FileType.DIRECTORY)));
    list.add(
        new DirectoryEntry(
            ByteString.of(".."), u32(bytes, ROOT_DOT_DOT), Optional.of(FileType.DIRECTORY)));
  }

  private int limit() {
    return u16(bytes, entries + DX_LIMIT);
  }

  /** How many entries there are: 1 or more. */
  public int count() {
    return u16(bytes, entries + DX_COUNT);
  }

  /** An entry's hash, 32 bits, unsigned. */
  public int hash(int index) {
    return index == 0 ? 0 : bits32(bytes, entries + (long) index * ENTRY_SIZE + DX_HASH);
  }

  /** The block of the directory that an entry leads to. */
  public long block(int index) {
    return u32(bytes, entries + (long) index * ENTRY_SIZE + DX_BLOCK);
  }

  /** The last entry whose hash is not above {@code hash}. */
  public int search(int hash) {
    int low = 1;
    int high = count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Integer.compareUnsigned(hash(middle), hash) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
