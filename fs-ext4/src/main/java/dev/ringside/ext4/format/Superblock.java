package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;
import static dev.ringside.ext4.format.LittleEndian.u8;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The superblock ({@code struct ext4_super_block}): 1024 bytes at byte 1024 of the disk.
 *
 * <pre>
 *  0x000 inodes_count     blocks_count_lo  r_blocks_count_lo free_blocks_lo
 *  0x010 free_inodes      first_data_block log_block_size    log_cluster_size
 *  0x020 blocks_per_group clusters_per_grp inodes_per_group  mtime
 *  0x030 wtime            mnt counts       magic  state      errors minor_rev
 *  0x040 lastcheck        checkinterval    creator_os        rev_level
 *  0x050 resuid/resgid    first_ino        inode_size  group feature_compat
 *  0x060 feature_incompat feature_ro_compat uuid (16 bytes)
 *  0x078 volume_name (16 bytes)  last_mounted (64 bytes)
 *  0x0c8 algorithm_usage  prealloc         reserved_gdt
 *  0x0d0 journal_uuid (16 bytes) journal_inum  journal_dev   last_orphan
 *  0x0ec hash_seed (16 bytes)    def_hash_version jnl_backup desc_size
 *  0x100 default_mount    first_meta_bg    mkfs_time ...     0x150 blocks_count_hi
 *  0x160 flags ...        0x175 checksum_type ...            0x24c backup_bgs (2 words)
 *  0x270 checksum_seed ...                                   0x3fc checksum
 * </pre>
 *
 * <p>An object of this class passed every check that needs nothing but these bytes: its checksum is
 * right, its numbers agree with each other, and all its features can be read.
 */
public final class Superblock {
  /** Where it lies on the disk, in bytes. */
  public static final int DISK_OFFSET = 1024;

  /** How long it is, in bytes. */
  public static final int SIZE = 1024;

  /** The inode of the root directory. */
  public static final long ROOT_INODE = 2;

  private static final int S_INODES_COUNT = 0x00;
  private static final int S_BLOCKS_COUNT_LO = 0x04;
  private static final int S_R_BLOCKS_COUNT_LO = 0x08;
  private static final int S_FREE_BLOCKS_COUNT_LO = 0x0c;
  private static final int S_FREE_INODES_COUNT = 0x10;
  private static final int S_FIRST_DATA_BLOCK = 0x14;
  private static final int S_LOG_BLOCK_SIZE = 0x18;
  private static final int S_LOG_CLUSTER_SIZE = 0x1c;
  private static final int S_BLOCKS_PER_GROUP = 0x20;
  private static final int S_INODES_PER_GROUP = 0x28;
  private static final int S_MAGIC = 0x38;
  private static final int S_REV_LEVEL = 0x4c;
  private static final int S_LAST_ORPHAN = 0xe8;
  private static final int S_ORPHAN_FILE_INUM = 0x280;
  private static final int S_FIRST_INO = 0x54;
  private static final int S_INODE_SIZE = 0x58;
  private static final int S_FEATURE_COMPAT = 0x5c;
  static final int S_FEATURE_INCOMPAT = 0x60;
  static final int S_FEATURE_RO_COMPAT = 0x64;
  private static final int S_UUID = 0x68;
  private static final int S_VOLUME_NAME = 0x78;
  private static final int S_JOURNAL_INUM = 0xe0;
  private static final int S_HASH_SEED = 0xec;
  private static final int S_DEF_HASH_VERSION = 0xfc;
  private static final int S_DESC_SIZE = 0xfe;
  private static final int S_BLOCKS_COUNT_HI = 0x150;
  private static final int S_R_BLOCKS_COUNT_HI = 0x154;
  private static final int S_FREE_BLOCKS_COUNT_HI = 0x158;
  private static final int S_MIN_EXTRA_ISIZE = 0x15c;
  private static final int S_WANT_EXTRA_ISIZE = 0x15e;
  private static final int S_FLAGS = 0x160;
  private static final int S_CHECKSUM_TYPE = 0x175;
  private static final int S_CHECKSUM_SEED = 0x270;
  static final int S_CHECKSUM = 0x3fc;

  private static final int MAGIC = 0xef53;
  private static final int REVISION_WITHOUT_FEATURES = 0;
  private static final int OLD_INODE_SIZE = 128;
  private static final int OLD_FIRST_INODE = 11;

  /** From the fields behind the first 128 bytes of an inode to the end of {@code i_projid}. */
  private static final int KNOWN_EXTRA_SIZE = 32;

  private static final int MIN_LOG_BLOCK_SIZE = 10;
  private static final int MAX_LOG_BLOCK_SIZE_FIELD = 6;
  private static final int MAX_LOG_CLUSTER_SIZE_FIELD = 20;
  private static final int DESCRIPTOR_SIZE = 32;
  private static final int DESCRIPTOR_SIZE_64BIT = 64;
  private static final int UUID_LENGTH = 16;
  private static final int VOLUME_NAME_LENGTH = 16;
  private static final int CHECKSUM_TYPE_CRC32C = 1;
  private static final int FLAG_SIGNED_HASH = 0x1;
  private static final int FLAG_UNSIGNED_HASH = 0x2;
  private static final long MOST_HELD_BACK = 4096;
  private static final long HELD_BACK_SHARE = 50;
  private static final String NAME = "superblock";

  private final MemorySegment bytes;
  private final GroupLayout layout;
  private final MountHistory history;
  private FeatureSet features;
  private final int blockSize;
  private final long blocksPerGroup;
  private final long inodesPerGroup;
  private final int inodeSize;
  private final int descriptorSize;
  private final long blocks;
  private final long groups;
  private final int checksumSeed;

  private Superblock(MemorySegment bytes, boolean sealed)
      throws Ext4CorruptedException, Ext4UnsupportedException {
    this.bytes = bytes;
    this.layout = new GroupLayout(this, bytes);
    this.history = new MountHistory(bytes);
    if (u16(bytes, S_MAGIC) != MAGIC) {
      throw new Ext4CorruptedException(
          NAME,
          "magic 0x%04x instead of 0x%04x: not an ext2, ext3 or ext4 image"
              .formatted(u16(bytes, S_MAGIC), MAGIC));
    }
    boolean dynamic = u32(bytes, S_REV_LEVEL) != REVISION_WITHOUT_FEATURES;
    this.features =
        dynamic
            ? new FeatureSet(
                bits32(bytes, S_FEATURE_COMPAT),
                bits32(bytes, S_FEATURE_INCOMPAT),
                bits32(bytes, S_FEATURE_RO_COMPAT))
            : new FeatureSet(0, 0, 0);
    // Features come before the checksum, because an unknown one may change what a checksum is.
    features.checkReadable();
    if (sealed) {
      checkChecksum();
    }
    checkJournal();
    this.blockSize = parseBlockSize();
    this.inodeSize = dynamic ? u16(bytes, S_INODE_SIZE) : OLD_INODE_SIZE;
    this.descriptorSize =
        features.has(Feature.SIXTY_FOUR_BIT) ? u16(bytes, S_DESC_SIZE) : DESCRIPTOR_SIZE;
    this.blocksPerGroup = u32(bytes, S_BLOCKS_PER_GROUP);
    this.inodesPerGroup = u32(bytes, S_INODES_PER_GROUP);
    this.blocks =
        features.has(Feature.SIXTY_FOUR_BIT)
            ? (u32(bytes, S_BLOCKS_COUNT_HI) << 32) | u32(bytes, S_BLOCKS_COUNT_LO)
            : u32(bytes, S_BLOCKS_COUNT_LO);
    checkSizes();
    this.groups = Math.ceilDiv(blocks - firstDataBlock(), blocksPerGroup);
    checkCounts();
    this.checksumSeed =
        features.has(Feature.CSUM_SEED)
            ? bits32(bytes, S_CHECKSUM_SEED)
            : new Crc32c().start(Crc32c.INITIAL).add(bytes, S_UUID, UUID_LENGTH).value();
  }

  /**
   * Reads and checks a superblock.
   *
   * @param source at least {@link #SIZE} bytes; they are copied
   * @throws Ext4CorruptedException when it is damaged, or no superblock at all
   * @throws Ext4UnsupportedException when the filesystem has a feature that cannot be read
   */
  public static Superblock parse(MemorySegment source)
      throws Ext4CorruptedException, Ext4UnsupportedException {
    return new Superblock(copyOf(source), true);
  }

  /**
   * Reads a superblock whose checksum is wrong, as far as that is needed to find the journal, which
   * may have a whole one. Failures as for {@link #parse}.
   */
  public static Superblock parseUnsealed(MemorySegment source)
      throws Ext4CorruptedException, Ext4UnsupportedException {
    return new Superblock(copyOf(source), false);
  }

  private static MemorySegment copyOf(MemorySegment source) {
    MemorySegment copy = MemorySegment.ofArray(new byte[SIZE]);
    MemorySegment.copy(source, 0, copy, 0, SIZE);
    return copy;
  }

  /**
   * Whether two superblocks describe the same filesystem in the same layout: what no mount changes
   * is the same in both.
   */
  public boolean hasLayoutOf(Superblock other) {
    return uuid().equals(other.uuid())
        && blocks == other.blocks
        && blockSize == other.blockSize
        && clusterSize() == other.clusterSize()
        && blocksPerGroup == other.blocksPerGroup
        && firstDataBlock() == other.firstDataBlock()
        && inodesPerGroup == other.inodesPerGroup
        && inodeSize == other.inodeSize
        && descriptorSize == other.descriptorSize
        && checksumSeed == other.checksumSeed
        && journalInode() == other.journalInode()
        && incompatible() == other.incompatible();
  }

  /** What a reader has to understand, but for whether the journal has to be looked at. */
  private int incompatible() {
    return features.incompat() & ~Feature.RECOVER.bit();
  }

  private void checkChecksum() throws Ext4CorruptedException, Ext4UnsupportedException {
    if (!features.has(Feature.METADATA_CSUM)) {
      return;
    }
    int type = u8(bytes, S_CHECKSUM_TYPE);
    if (type != CHECKSUM_TYPE_CRC32C) {
      throw new Ext4UnsupportedException(
          Feature.METADATA_CSUM.label(), "unknown checksum type " + type);
    }
    ChecksumMismatch.check(NAME, bits32(bytes, S_CHECKSUM), computeChecksum(bytes));
  }

  static int computeChecksum(MemorySegment bytes) {
    return new Crc32c().start(Crc32c.INITIAL).add(bytes, 0, S_CHECKSUM).value();
  }

  /**
   * Computes the checksum and copies the superblock to its place.
   *
   * @param target starts where the superblock does
   */
  public void sealInto(MemorySegment target) {
    if (hasMetadataChecksums()) {
      putU32(bytes, S_CHECKSUM, computeChecksum(bytes));
    }
    MemorySegment.copy(bytes, 0, target, 0, SIZE);
  }

  /** Sets or clears the flag of a feature. */
  public void set(Feature feature, boolean on) {
    int field =
        switch (feature.kind()) {
          case COMPAT -> S_FEATURE_COMPAT;
          case INCOMPAT -> S_FEATURE_INCOMPAT;
          case RO_COMPAT -> S_FEATURE_RO_COMPAT;
        };
    int word = bits32(bytes, field);
    putU32(bytes, field, on ? word | feature.bit() : word & ~feature.bit());
    features =
        new FeatureSet(
            bits32(bytes, S_FEATURE_COMPAT),
            bits32(bytes, S_FEATURE_INCOMPAT),
            bits32(bytes, S_FEATURE_RO_COMPAT));
  }

  /** How many bytes of fields a new inode has behind its first 128 ({@code i_extra_isize}). */
  int extraInodeSize() {
    if (inodeSize == OLD_INODE_SIZE) {
      return 0;
    }
    int asked = KNOWN_EXTRA_SIZE;
    if (has(Feature.EXTRA_ISIZE)) {
      asked = Math.max(asked, u16(bytes, S_MIN_EXTRA_ISIZE));
      asked = Math.max(asked, u16(bytes, S_WANT_EXTRA_ISIZE));
    }
    boolean possible = asked % Integer.BYTES == 0 && asked <= inodeSize - OLD_INODE_SIZE;
    return possible ? asked : KNOWN_EXTRA_SIZE;
  }

  /** The inode of the journal's file; 0 when there is no journal. */
  public long journalInode() {
    return features.has(Feature.HAS_JOURNAL) ? u32(bytes, S_JOURNAL_INUM) : 0;
  }

  private void checkJournal() throws Ext4UnsupportedException {
    if (features.has(Feature.HAS_JOURNAL) && u32(bytes, S_JOURNAL_INUM) == 0) {
      throw new Ext4UnsupportedException(
          "external journal",
          "the journal is on another device; remove it with tune2fs -O ^has_journal first");
    }
  }

  private int parseBlockSize() throws Ext4CorruptedException {
    long log = u32(bytes, S_LOG_BLOCK_SIZE);
    if (log > MAX_LOG_BLOCK_SIZE_FIELD) {
      throw new Ext4CorruptedException(NAME, "s_log_block_size " + log + " is above 6");
    }
    long clusterLog = u32(bytes, S_LOG_CLUSTER_SIZE);
    if (features.has(Feature.BIGALLOC)
        && (clusterLog < log || clusterLog > MAX_LOG_CLUSTER_SIZE_FIELD)) {
      throw new Ext4CorruptedException(
          NAME, "s_log_cluster_size " + clusterLog + " with s_log_block_size " + log);
    }
    return 1 << (MIN_LOG_BLOCK_SIZE + (int) log);
  }

  private void checkSizes() throws Ext4CorruptedException {
    if (inodeSize < OLD_INODE_SIZE || inodeSize > blockSize || Integer.bitCount(inodeSize) != 1) {
      throw new Ext4CorruptedException(NAME, "s_inode_size " + inodeSize);
    }
    int leastDescriptorSize =
        features.has(Feature.SIXTY_FOUR_BIT) ? DESCRIPTOR_SIZE_64BIT : DESCRIPTOR_SIZE;
    if (descriptorSize < leastDescriptorSize
        || descriptorSize > blockSize
        || Integer.bitCount(descriptorSize) != 1) {
      throw new Ext4CorruptedException(NAME, "s_desc_size " + descriptorSize);
    }
    long bitsPerBlock = (long) blockSize * Byte.SIZE;
    long clusterRatio = clusterSize() / blockSize;
    if (blocksPerGroup == 0 || blocksPerGroup > bitsPerBlock * clusterRatio) {
      throw new Ext4CorruptedException(NAME, "s_blocks_per_group " + blocksPerGroup);
    }
    if (inodesPerGroup == 0
        || inodesPerGroup > bitsPerBlock
        || inodesPerGroup < blockSize / inodeSize) {
      throw new Ext4CorruptedException(NAME, "s_inodes_per_group " + inodesPerGroup);
    }
  }

  private void checkCounts() throws Ext4CorruptedException {
    // The first bound keeps block numbers, in bytes, inside 63 bits.
    if (blocks <= 0
        || blocks > Long.MAX_VALUE / blockSize
        || firstDataBlock() >= blocks
        || firstDataBlock() > 1) {
      throw new Ext4CorruptedException(
          NAME,
          "%s blocks, the first of them %d"
              .formatted(Long.toUnsignedString(blocks), firstDataBlock()));
    }
    if (groups > 0xffff_ffffL || inodes() != groups * inodesPerGroup) {
      throw new Ext4CorruptedException(
          NAME,
          "s_inodes_count %d, but %d groups of %d inodes"
              .formatted(inodes(), groups, inodesPerGroup));
    }
    if (firstInode() < OLD_FIRST_INODE || firstInode() > inodes()) {
      throw new Ext4CorruptedException(NAME, "s_first_ino " + firstInode());
    }
  }

  /** Where the block groups lie. */
  public GroupLayout layout() {
    return layout;
  }

  /** How the filesystem was used. */
  public MountHistory history() {
    return history;
  }

  public FeatureSet features() {
    return features;
  }

  public boolean has(Feature feature) {
    return features.has(feature);
  }

  /** Bytes in a block: a power of two from 1024 to 65536. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes in an allocation unit: one block, or more with bigalloc. */
  public long clusterSize() {
    return has(Feature.BIGALLOC)
        ? 1L << (MIN_LOG_BLOCK_SIZE + u32(bytes, S_LOG_CLUSTER_SIZE))
        : blockSize;
  }

  /** How many blocks the filesystem spans, from block 0 on. */
  public long blocks() {
    return blocks;
  }

  /** Where group 0 starts: 1 when block 0 holds only what precedes the superblock, else 0. */
  public long firstDataBlock() {
    return u32(bytes, S_FIRST_DATA_BLOCK);
  }

  /** How many block groups there are. */
  public long groups() {
    return groups;
  }

  public long blocksPerGroup() {
    return blocksPerGroup;
  }

  public long inodesPerGroup() {
    return inodesPerGroup;
  }

  /** How many inodes there are; the first is number 1. */
  public long inodes() {
    return u32(bytes, S_INODES_COUNT);
  }

  /** The first inode that is not reserved. */
  public long firstInode() {
    return u32(bytes, S_REV_LEVEL) == REVISION_WITHOUT_FEATURES
        ? OLD_FIRST_INODE
        : u32(bytes, S_FIRST_INO);
  }

  /** Bytes of an inode in the inode table: a power of two, 128 or more. */
  public int inodeSize() {
    return inodeSize;
  }

  /** Bytes of a group descriptor: a power of two, 32 or more. */
  public int descriptorSize() {
    return descriptorSize;
  }

  public UUID uuid() {
    long high = 0;
    long low = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      high = (high << Byte.SIZE) | u8(bytes, S_UUID + i);
      low = (low << Byte.SIZE) | u8(bytes, S_UUID + Long.BYTES + i);
    }
    return new UUID(high, low);
  }

  /** The label; empty when there is none. */
  public String volumeName() {
    byte[] name = new byte[VOLUME_NAME_LENGTH];
    int length = 0;
    while (length < name.length && u8(bytes, S_VOLUME_NAME + length) != 0) {
      name[length] = (byte) u8(bytes, S_VOLUME_NAME + length);
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  /** What directory hashes start from. */
  public HashSeed hashSeed() {
    return new HashSeed(
        bits32(bytes, S_HASH_SEED),
        bits32(bytes, S_HASH_SEED + Integer.BYTES),
        bits32(bytes, S_HASH_SEED + 2 * Integer.BYTES),
        bits32(bytes, S_HASH_SEED + 3 * Integer.BYTES));
  }

  /**
   * Whether directory hashes take the bytes of a name as unsigned. An image that does not say was
   * never mounted; then they are signed, as on the machines where most such images are made.
   */
  public boolean unsignedHash() {
    return (bits32(bytes, S_FLAGS) & FLAG_UNSIGNED_HASH) != 0;
  }

  /**
   * Says in an image that does not whether directory hashes take bytes as unsigned, so that every
   * writer agrees with {@link #unsignedHash}.
   *
   * @return whether that was missing
   */
  public boolean recordHashSign() {
    int flags = bits32(bytes, S_FLAGS);
    if ((flags & (FLAG_SIGNED_HASH | FLAG_UNSIGNED_HASH)) != 0) {
      return false;
    }
    putU32(bytes, S_FLAGS, flags | FLAG_SIGNED_HASH);
    return true;
  }

  /** How the names of directories that get an index are hashed ({@code s_def_hash_version}). */
  public HashVersion defaultHashVersion() {
    return HashVersion.of(u8(bytes, S_DEF_HASH_VERSION)).orElse(HashVersion.HALF_MD4);
  }

  /** Whether metadata blocks and inodes carry a CRC-32C. */
  public boolean hasMetadataChecksums() {
    return has(Feature.METADATA_CSUM);
  }

  /** What every CRC-32C but the superblock's own starts from. */
  int checksumSeed() {
    return checksumSeed;
  }

  /** CRC-16 over the filesystem's identity: what descriptor checksums of uninit_bg start from. */
  int uuidCrc16() {
    return Crc16.add(Crc16.INITIAL, bytes, S_UUID, UUID_LENGTH);
  }

  /** Whether a block number may be used for data or metadata: not 0, and on the disk. */
  public boolean isDataBlock(long block) {
    return isDataRange(block, 1);
  }

  /** Whether all of a run of blocks may be used for data or metadata. */
  public boolean isDataRange(long first, long count) {
    return first > firstDataBlock() && count >= 0 && first < blocks && count <= blocks - first;
  }

  /** Whether descriptors have checksums, so that what they say of unused parts is kept up. */
  public boolean hasGroupChecksums() {
    return has(Feature.GDT_CSUM) || has(Feature.METADATA_CSUM);
  }

  /** How many blocks are kept for the superuser. */
  public long reservedBlocks() {
    long high = has(Feature.SIXTY_FOUR_BIT) ? u32(bytes, S_R_BLOCKS_COUNT_HI) : 0;
    return (high << Integer.SIZE) | u32(bytes, S_R_BLOCKS_COUNT_LO);
  }

  /**
   * How many blocks nobody gets for data, not even the superuser, so that there is room for the
   * metadata of files that have their space already: 2%, at most 4096; none without extents.
   */
  public long heldBackBlocks() {
    return has(Feature.EXTENTS) ? Math.min(blocks / HELD_BACK_SHARE, MOST_HELD_BACK) : 0;
  }

  /** How many blocks are free. */
  public long freeBlocks() {
    long high = has(Feature.SIXTY_FOUR_BIT) ? u32(bytes, S_FREE_BLOCKS_COUNT_HI) : 0;
    return (high << Integer.SIZE) | u32(bytes, S_FREE_BLOCKS_COUNT_LO);
  }

  /** How many inodes are free. */
  public long freeInodes() {
    return u32(bytes, S_FREE_INODES_COUNT);
  }

  /** Sets how many blocks are free. */
  public void setFreeBlocks(long count) {
    putU32(bytes, S_FREE_BLOCKS_COUNT_LO, count);
    if (has(Feature.SIXTY_FOUR_BIT)) {
      putU32(bytes, S_FREE_BLOCKS_COUNT_HI, count >>> Integer.SIZE);
    }
  }

  /** Sets how many inodes are free. */
  public void setFreeInodes(long count) {
    putU32(bytes, S_FREE_INODES_COUNT, count);
  }

  /** The file that was put on the orphan list last; 0 when the list is empty. Not checked. */
  public long lastOrphan() {
    return u32(bytes, S_LAST_ORPHAN);
  }

  /** Sets the start of the orphan list, 0 when it is empty. */
  public void setLastOrphan(long inode) {
    putU32(bytes, S_LAST_ORPHAN, inode);
  }

  /** The inode of the orphan file; 0 when there is none. */
  public long orphanFileInode() {
    return has(Feature.ORPHAN_FILE) ? u32(bytes, S_ORPHAN_FILE_INUM) : 0;
  }
}
