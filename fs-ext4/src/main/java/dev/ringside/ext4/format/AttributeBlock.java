package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A block of extended attributes, which inodes with the same ones share.
 *
 * <pre>
 *  0x00 magic  refcount  blocks  hash       (struct ext4_xattr_header)
 *  0x10 checksum         reserved (12 bytes)
 *  0x20 entries, sorted; offsets of values count from the start of the block
 * </pre>
 *
 * <p>An object is a view: whoever changes the block through it has announced the change.
 */
public final class AttributeBlock {
  /** No more inodes share a block. */
  public static final int MAX_REFERENCES = 1024;

  private static final int H_MAGIC = 0x00;
  private static final int H_REFCOUNT = 0x04;
  private static final int H_BLOCKS = 0x08;
  private static final int H_HASH = 0x0c;
  private static final int H_CHECKSUM = 0x10;
  private static final int CHECKSUM_LENGTH = 4;
  private static final int HEADER_SIZE = 0x20;
  private static final int MAGIC = 0xea02_0000;

  private final MemorySegment bytes;

  /** A block that passed {@link #verify}, or is about to be filled. */
  public AttributeBlock(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks the header, the checksum if the filesystem has them, and every entry.
   *
   * @param block number of the block, which its checksum covers
   */
  public static void verify(MemorySegment bytes, Superblock superblock, long block)
      throws Ext4CorruptedException {
    String structure = "attributes in block " + block;
    if (bits32(bytes, H_MAGIC) != MAGIC || u32(bytes, H_BLOCKS) != 1) {
      throw new Ext4CorruptedException(
          structure,
          "magic 0x%08x, %d blocks".formatted(bits32(bytes, H_MAGIC), u32(bytes, H_BLOCKS)));
    }
    if (superblock.hasMetadataChecksums()) {
      ChecksumMismatch.check(
          structure, bits32(bytes, H_CHECKSUM), computeChecksum(bytes, superblock, block));
    }
    long references = u32(bytes, H_REFCOUNT);
    if (references == 0 || references > MAX_REFERENCES) {
      throw new Ext4CorruptedException(structure, references + " references");
    }
    new AttributeBlock(bytes).entries().verify(structure);
  }

  private static int computeChecksum(MemorySegment bytes, Superblock superblock, long block) {
    int after = H_CHECKSUM + CHECKSUM_LENGTH;
    return new Crc32c()
        .start(superblock.checksumSeed())
        .addBits32((int) block)
        .addBits32((int) (block >>> Integer.SIZE))
        .add(bytes, 0, H_CHECKSUM)
        .addZeros(CHECKSUM_LENGTH)
        .add(bytes, after, bytes.byteSize() - after)
        .value();
  }

  /** Writes the checksum, if the filesystem has them. */
  public static void seal(MemorySegment bytes, Superblock superblock, long block) {
    if (superblock.hasMetadataChecksums()) {
      putU32(bytes, H_CHECKSUM, computeChecksum(bytes, superblock, block));
    }
  }

  /** The attributes. */
  public AttributeEntries entries() {
    return AttributeEntries.behindHeader(bytes, HEADER_SIZE);
  }

  /** How many inodes share it, 1 to {@value #MAX_REFERENCES}. */
  public int references() {
    return bits32(bytes, H_REFCOUNT);
  }

  /** Sets how many inodes share it. */
  public void setReferences(int count) {
    putU32(bytes, H_REFCOUNT, count);
  }

  /** The hash of its attributes: equal blocks have equal ones. */
  public int hash() {
    return bits32(bytes, H_HASH);
  }

  /** The hash that a block of attributes would have. */
  public static int hash(List<Attribute> sorted, int blockSize) {
    AttributeBlock block = new AttributeBlock(MemorySegment.ofArray(new byte[blockSize]));
    block.write(sorted);
    return block.hash();
  }

  /** Whether a block of a length has room for attributes. */
  public static boolean fits(int blockSize, List<Attribute> attributes) {
    return HEADER_SIZE + AttributeEntries.sizeOf(attributes) <= blockSize;
  }

  /**
   * Makes it a block of these attributes that one inode uses.
   *
   * @param sorted attributes, which fit
   */
  public void write(List<Attribute> sorted) {
    putU32(bytes, H_MAGIC, MAGIC);
    putU32(bytes, H_REFCOUNT, 1);
    putU32(bytes, H_BLOCKS, 1);
    putU32(bytes, H_CHECKSUM, 0);
    bytes.asSlice(H_CHECKSUM, HEADER_SIZE - H_CHECKSUM).fill((byte) 0);
    putU32(bytes, H_HASH, entries().write(sorted, true));
  }
}
