package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU16;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An inode ({@code struct ext4_inode}): a file without its name.
 *
 * <pre>
 *  0x00 mode uid_lo  size_lo         atime           ctime
 *  0x10 mtime        dtime           gid_lo links    blocks_lo
 *  0x20 flags        version         i_block: 60 bytes, 0x28 to 0x63
 *  0x64 generation   file_acl_lo     size_high       (obsolete)
 *  0x74 blocks_hi file_acl_hi        uid_hi gid_hi   checksum_lo
 *  0x80 extra_isize checksum_hi      ctime_extra     mtime_extra  atime_extra
 *  0x90 crtime       crtime_extra    version_hi      projid
 * </pre>
 *
 * <p>Fields from 0x82 on exist only where {@code i_extra_isize} covers them; what lies behind them
 * is for extended attributes. An object of this class is a file in use whose checksum was right,
 * whose type is known, and whose size its mapping can hold. It is a copy: what is set here reaches
 * the inode table with {@link #sealInto}.
 */
public final class Inode {
  /** Length of {@code i_block}: the root of the mapping, a short link's target, a device number. */
  public static final int BLOCK_AREA_SIZE = 60;

  private static final int I_MODE = 0x00;
  private static final int I_UID_LO = 0x02;
  private static final int I_SIZE_LO = 0x04;
  private static final int I_ATIME = 0x08;
  private static final int I_CTIME = 0x0c;
  private static final int I_MTIME = 0x10;
  private static final int I_DTIME = 0x14;
  private static final int I_GID_LO = 0x18;
  private static final int I_LINKS_COUNT = 0x1a;
  private static final int I_BLOCKS_LO = 0x1c;
  private static final int I_FLAGS = 0x20;
  private static final int I_BLOCK = 0x28;
  private static final int I_GENERATION = 0x64;
  private static final int I_FILE_ACL_LO = 0x68;
  private static final int I_SIZE_HIGH = 0x6c;
  private static final int I_BLOCKS_HIGH = 0x74;
  private static final int I_FILE_ACL_HIGH = 0x76;
  private static final int I_UID_HIGH = 0x78;
  private static final int I_GID_HIGH = 0x7a;
  private static final int I_CHECKSUM_LO = 0x7c;
  private static final int I_EXTRA_ISIZE = 0x80;
  private static final int I_CHECKSUM_HI = 0x82;
  private static final int I_CTIME_EXTRA = 0x84;
  private static final int I_MTIME_EXTRA = 0x88;
  private static final int I_ATIME_EXTRA = 0x8c;
  private static final int I_CRTIME = 0x90;
  private static final int I_CRTIME_EXTRA = 0x94;

  private static final int BASE_SIZE = 0x80;
  private static final int CHECKSUM_PART = 2;
  private static final int PERMISSION_MASK = 0xfff;
  private static final int SECTOR_SIZE = 512;
  private static final long MAX_EXTENT_BLOCKS = 1L << 32;

  private final MemorySegment bytes;
  private final Superblock superblock;
  private final long number;
  private final int extraSize;
  private final FileType type;

  /** Set once it was computed: the number and the generation never change. */
  private @Nullable Integer checksumSeed;

  private Inode(MemorySegment bytes, Superblock superblock, long number, boolean named)
      throws Ext4CorruptedException {
    this.bytes = bytes;
    this.superblock = superblock;
    this.number = number;
    this.extraSize = parseExtraSize();
    verifyChecksum();
    if (u16(bytes, I_MODE) == 0 || (named && links() == 0)) {
      throw corrupted("a name leads to it, but it is not in use");
    }
    this.type =
        FileType.ofMode(u16(bytes, I_MODE))
            .orElseThrow(() -> corrupted("mode %06o has no type".formatted(u16(bytes, I_MODE))));
    if (has(InodeFlag.INLINE_DATA)) {
      throw corrupted("its content is inline, but the filesystem has no inline_data");
    }
    checkSize();
  }

  /**
   * Reads and checks an inode.
   *
   * @param source starts at the inode; {@code s_inode_size} bytes are copied
   * @param number of the inode, from 1 on
   */
  public static Inode parse(MemorySegment source, Superblock superblock, long number)
      throws Ext4CorruptedException {
    return new Inode(copyOf(source, superblock), superblock, number, true);
  }

  /**
   * Reads and checks an inode that may have no name any more, as one on the orphan list; parameters
   * as for {@link #parse}.
   */
  public static Inode parseOrphan(MemorySegment source, Superblock superblock, long number)
      throws Ext4CorruptedException {
    return new Inode(copyOf(source, superblock), superblock, number, false);
  }

  private static MemorySegment copyOf(MemorySegment source, Superblock superblock) {
    MemorySegment copy = MemorySegment.ofArray(new byte[superblock.inodeSize()]);
    MemorySegment.copy(source, 0, copy, 0, copy.byteSize());
    return copy;
  }

  /**
   * A new inode: all zeros but for what is given here. It has no links yet.
   *
   * @param permissions twelve bits
   * @param generation tells it apart from files that had its number before
   */
  public static Inode create(
      Superblock superblock, long number, FileType type, int permissions, int generation) {
    return new Inode(superblock, number, type, permissions, generation);
  }

  private Inode(
      Superblock superblock, long number, FileType type, int permissions, int generation) {
    this.bytes = MemorySegment.ofArray(new byte[superblock.inodeSize()]);
    this.superblock = superblock;
    this.number = number;
    this.type = type;
    this.extraSize = superblock.extraInodeSize();
    putU16(bytes, I_MODE, type.mode() | (permissions & PERMISSION_MASK));
    putU32(bytes, I_GENERATION, generation);
    if (superblock.inodeSize() > BASE_SIZE) {
      putU16(bytes, I_EXTRA_ISIZE, extraSize);
    }
  }

  /**
   * Computes the checksum and copies the inode to its place.
   *
   * @param target the inode's {@code s_inode_size} bytes of the inode table
   */
  public void sealInto(MemorySegment target) {
    if (superblock.hasMetadataChecksums()) {
      int checksum = computeChecksum();
      putU16(bytes, I_CHECKSUM_LO, checksum);
      if (covers(I_CHECKSUM_HI, CHECKSUM_PART)) {
        putU16(bytes, I_CHECKSUM_HI, checksum >>> 16);
      }
    }
    MemorySegment.copy(bytes, 0, target, 0, bytes.byteSize());
  }

  private int parseExtraSize() throws Ext4CorruptedException {
    if (superblock.inodeSize() == BASE_SIZE) {
      return 0;
    }
    int size = u16(bytes, I_EXTRA_ISIZE);
    if (size % Integer.BYTES != 0 || BASE_SIZE + size > superblock.inodeSize()) {
      throw corrupted("i_extra_isize " + size + " in an inode of " + superblock.inodeSize());
    }
    return size;
  }

  private void verifyChecksum() throws Ext4CorruptedException {
    if (!superblock.hasMetadataChecksums()) {
      return;
    }
    int found = u16(bytes, I_CHECKSUM_LO);
    int computed = computeChecksum();
    if (covers(I_CHECKSUM_HI, CHECKSUM_PART)) {
      found |= u16(bytes, I_CHECKSUM_HI) << 16;
    } else {
      computed &= 0xffff;
    }
    ChecksumMismatch.check("inode " + number, found, computed);
  }

  private int computeChecksum() {
    boolean wide = covers(I_CHECKSUM_HI, CHECKSUM_PART);
    int afterLow = I_CHECKSUM_LO + CHECKSUM_PART;
    Crc32c crc =
        new Crc32c()
            .start(checksumSeed())
            .add(bytes, 0, I_CHECKSUM_LO)
            .addZeros(CHECKSUM_PART)
            .add(bytes, afterLow, BASE_SIZE - afterLow);
    if (wide) {
      int afterHigh = I_CHECKSUM_HI + CHECKSUM_PART;
      crc.add(bytes, I_EXTRA_ISIZE, I_CHECKSUM_HI - I_EXTRA_ISIZE)
          .addZeros(CHECKSUM_PART)
          .add(bytes, afterHigh, bytes.byteSize() - afterHigh);
    } else if (bytes.byteSize() > BASE_SIZE) {
      crc.add(bytes, BASE_SIZE, bytes.byteSize() - BASE_SIZE);
    }
    return crc.value();
  }

  private void checkSize() throws Ext4CorruptedException {
    long mappable =
        has(InodeFlag.EXTENTS)
            ? MAX_EXTENT_BLOCKS
            : IndirectLayout.maxBlocks(superblock.blockSize());
    if (size() < 0 || size() > mappable * superblock.blockSize()) {
      throw corrupted(
          "%s bytes, but its mapping holds %d blocks of %d"
              .formatted(Long.toUnsignedString(size()), mappable, superblock.blockSize()));
    }
  }

  private Ext4CorruptedException corrupted(String what) {
    return new Ext4CorruptedException("inode " + number, what);
  }

  /** Whether the inode's extra part reaches over a field. */
  private boolean covers(int offset, int length) {
    return offset + length <= BASE_SIZE + extraSize;
  }

  /** Its number, from 1 on. */
  public long number() {
    return number;
  }

  public FileType type() {
    return type;
  }

  /** Permissions, with set-user-id, set-group-id and the sticky bit: twelve bits. */
  public int permissions() {
    return u16(bytes, I_MODE) & PERMISSION_MASK;
  }

  public long uid() {
    return u16(bytes, I_UID_LO) | ((long) u16(bytes, I_UID_HIGH) << 16);
  }

  public long gid() {
    return u16(bytes, I_GID_LO) | ((long) u16(bytes, I_GID_HIGH) << 16);
  }

  /** How many names it has; a directory with more subdirectories than fit says 1. */
  public int links() {
    return u16(bytes, I_LINKS_COUNT);
  }

  /**
   * Length in bytes. The high half of a directory's counts only where directories may be large,
   * because old filesystems keep something else there.
   */
  public long size() {
    boolean wide = type == FileType.REGULAR || superblock.has(Feature.LARGE_DIR);
    return u32(bytes, I_SIZE_LO) | (wide ? u32(bytes, I_SIZE_HIGH) << 32 : 0);
  }

  /** How much of the disk it takes, metadata included, in units of 512 bytes. */
  public long sectors() {
    long count = u32(bytes, I_BLOCKS_LO);
    if (!superblock.has(Feature.HUGE_FILE)) {
      return count;
    }
    count |= (long) u16(bytes, I_BLOCKS_HIGH) << 32;
    return has(InodeFlag.HUGE_FILE) ? count * (superblock.blockSize() / SECTOR_SIZE) : count;
  }

  public boolean has(InodeFlag flag) {
    return (flagBits() & flag.bit()) != 0;
  }

  /** The flags that have a name. */
  public Set<InodeFlag> flags() {
    return InodeFlag.of(flagBits());
  }

  /** All flags, {@code i_flags} as it stands. */
  public int flagBits() {
    return bits32(bytes, I_FLAGS);
  }

  /** Tells apart files that had the same number one after the other; 32 bits. */
  public int generation() {
    return bits32(bytes, I_GENERATION);
  }

  /** When content was last read. */
  public Instant accessTime() {
    return time(I_ATIME, I_ATIME_EXTRA);
  }

  /** When the inode last changed. */
  public Instant changeTime() {
    return time(I_CTIME, I_CTIME_EXTRA);
  }

  /** When content last changed. */
  public Instant modificationTime() {
    return time(I_MTIME, I_MTIME_EXTRA);
  }

  /** When the file was made, if the inode has room for it. */
  public Optional<Instant> creationTime() {
    return covers(I_CRTIME, Integer.BYTES)
        ? Optional.of(time(I_CRTIME, I_CRTIME_EXTRA))
        : Optional.empty();
  }

  private Instant time(int secondsOffset, int extraOffset) {
    int extra = covers(extraOffset, Integer.BYTES) ? bits32(bytes, extraOffset) : 0;
    return InodeTime.decode(bits32(bytes, secondsOffset), extra);
  }

  private void setTime(Instant time, int secondsOffset, int extraOffset) {
    boolean wide = covers(extraOffset, Integer.BYTES);
    Instant held = InodeTime.clamp(time, wide);
    putU32(bytes, secondsOffset, InodeTime.seconds(held));
    if (wide) {
      putU32(bytes, extraOffset, InodeTime.extra(held));
    }
  }

  /** Sets the twelve permission bits. */
  public void setPermissions(int permissions) {
    putU16(bytes, I_MODE, type.mode() | (permissions & PERMISSION_MASK));
  }

  /** Sets the owner, 32 bits. */
  public void setUid(long uid) {
    putU16(bytes, I_UID_LO, (int) uid);
    putU16(bytes, I_UID_HIGH, (int) (uid >>> 16));
  }

  /** Sets the group, 32 bits. */
  public void setGid(long gid) {
    putU16(bytes, I_GID_LO, (int) gid);
    putU16(bytes, I_GID_HIGH, (int) (gid >>> 16));
  }

  /** Sets how many names it has, 0 to 65535. */
  public void setLinks(int links) {
    putU16(bytes, I_LINKS_COUNT, links);
  }

  /** Sets the length in bytes. */
  public void setSize(long size) {
    putU32(bytes, I_SIZE_LO, size);
    putU32(bytes, I_SIZE_HIGH, size >>> Integer.SIZE);
  }

  /**
   * Sets how much of the disk it takes.
   *
   * @param sectors a multiple of what a block has; without {@code huge_file} less than 2^32
   */
  public void setSectors(long sectors) {
    long count = sectors;
    if (superblock.has(Feature.HUGE_FILE)) {
      boolean inBlocks = sectors >>> 48 != 0;
      set(InodeFlag.HUGE_FILE, inBlocks);
      count = inBlocks ? sectors / (superblock.blockSize() / SECTOR_SIZE) : sectors;
      putU16(bytes, I_BLOCKS_HIGH, (int) (count >>> Integer.SIZE));
    }
    putU32(bytes, I_BLOCKS_LO, count);
  }

  /** Sets or clears a flag. */
  public void set(InodeFlag flag, boolean on) {
    setFlagBits(on ? flagBits() | flag.bit() : flagBits() & ~flag.bit());
  }

  /** Sets all flags. */
  public void setFlagBits(int bits) {
    putU32(bytes, I_FLAGS, bits);
  }

  /** Sets when content was last read; what the inode cannot hold is cut off. */
  public void setAccessTime(Instant time) {
    setTime(time, I_ATIME, I_ATIME_EXTRA);
  }

  /** Sets when the inode last changed; what the inode cannot hold is cut off. */
  public void setChangeTime(Instant time) {
    setTime(time, I_CTIME, I_CTIME_EXTRA);
  }

  /** Sets when content last changed; what the inode cannot hold is cut off. */
  public void setModificationTime(Instant time) {
    setTime(time, I_MTIME, I_MTIME_EXTRA);
  }

  /** Sets when the file was made, if the inode has room for it. */
  public void setCreationTime(Instant time) {
    if (covers(I_CRTIME, Integer.BYTES)) {
      setTime(time, I_CRTIME, I_CRTIME_EXTRA);
    }
  }

  /**
   * {@code i_dtime}: when it was deleted, in seconds; on the orphan list the number of the next
   * inode there.
   */
  public long deletionTime() {
    return u32(bytes, I_DTIME);
  }

  /** Sets {@code i_dtime}. */
  public void setDeletionTime(long value) {
    putU32(bytes, I_DTIME, value);
  }

  /** The block of extended attributes ({@code i_file_acl}), 0 for none. Not checked. */
  public long attributeBlock() {
    return u32(bytes, I_FILE_ACL_LO)
        | (superblock.has(Feature.SIXTY_FOUR_BIT)
            ? (long) u16(bytes, I_FILE_ACL_HIGH) << Integer.SIZE
            : 0);
  }

  /** Sets the block of extended attributes, 0 for none. */
  public void setAttributeBlock(long block) {
    putU32(bytes, I_FILE_ACL_LO, block);
    if (superblock.has(Feature.SIXTY_FOUR_BIT)) {
      putU16(bytes, I_FILE_ACL_HIGH, (int) (block >>> Integer.SIZE));
    }
  }

  /** Makes a device node stand for a device. */
  public void setDevice(DeviceNumber device) {
    putU32(bytes, I_BLOCK, device.oldForm());
    putU32(bytes, I_BLOCK + Integer.BYTES, device.newForm());
  }

  /**
   * {@code i_block}: {@value #BLOCK_AREA_SIZE} bytes. Whoever writes them owns the inode's mapping,
   * or the target of a short link.
   */
  public MemorySegment blockArea() {
    return bytes.asSlice(I_BLOCK, BLOCK_AREA_SIZE);
  }

  /** What lies behind the fields: room for extended attributes, or nothing. */
  public MemorySegment attributeArea() {
    long start = Math.min(bytes.byteSize(), BASE_SIZE + (long) extraSize);
    return extraSize == 0 ? bytes.asSlice(bytes.byteSize()) : bytes.asSlice(start);
  }

  /**
   * Whether this symbolic link's target lies in {@link #blockArea}: when no block holds data,
   * except on filesystems whose attributes can take blocks too, where the length decides.
   */
  public boolean isFastSymlink() {
    if (type != FileType.SYMLINK) {
      return false;
    }
    if (superblock.has(Feature.EA_INODE)) {
      return size() > 0 && size() < BLOCK_AREA_SIZE;
    }
    long aclSectors = attributeBlock() == 0 ? 0 : superblock.clusterSize() / SECTOR_SIZE;
    return sectors() - aclSectors == 0;
  }

  /** The device that a device node stands for; 0 for everything else. */
  public DeviceNumber device() {
    return switch (type) {
      case CHARACTER_DEVICE, BLOCK_DEVICE ->
          DeviceNumber.decode(bits32(bytes, I_BLOCK), bits32(bytes, I_BLOCK + Integer.BYTES));
      case FIFO, DIRECTORY, REGULAR, SYMLINK, SOCKET -> DeviceNumber.NONE;
    };
  }

  /** What the checksums of this inode and of all its metadata blocks start from. */
  public int checksumSeed() {
    Integer seed = checksumSeed;
    if (seed == null) {
      seed =
          new Crc32c()
              .start(superblock.checksumSeed())
              .addBits32((int) number)
              .addBits32(generation())
              .value();
      checksumSeed = seed;
    }
    return seed;
  }
}
