package dev.ringside.ext4.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image as bytes, and where its structures lie. It reads the format by itself: a mistake that
 * the filesystem makes about it is not repeated here.
 */
final class RawImage {
  private static final int SUPERBLOCK = 1024;
  private static final int EXTENTS_FLAG = 0x80000;
  private static final int INDEX_FLAG = 0x1000;
  private static final int EXTENT_MAGIC = 0xf30a;
  private static final int DIRECTORY = 0x4000;
  private static final int TYPE_MASK = 0xf000;
  private static final int GDT_CSUM = 0x10;
  private static final int METADATA_CSUM = 0x400;
  private static final int CSUM_SEED = 0x2000;
  private static final int WIDE = 0x80;
  private static final int DIRECT_BLOCKS = 12;
  private static final int MAX_DEPTH = 5;

  private final byte[] content;
  private final ByteBuffer bytes;
  private final List<Structure> structures = new ArrayList<>();

  /** What kind of structure a range of an image is, and whose. */
  record Structure(Kind kind, int offset, int length, long owner, int generation) {}

  /** Each has its checksum elsewhere. */
  enum Kind {
    SUPERBLOCK,
    DESCRIPTOR,
    BLOCK_BITMAP,
    INODE_BITMAP,
    INODE,
    EXTENTS,
    INDIRECT,
    DIRECTORY,
    ATTRIBUTES,
    ORPHAN_FILE,
    JOURNAL
  }

  private RawImage(byte[] content) {
    this.content = content;
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Finds the structures of a sound image. */
  static RawImage of(byte[] content) {
    RawImage image = new RawImage(content);
    image.find();
    return image;
  }

  /** The same structures in other bytes. */
  RawImage copy() {
    RawImage other = new RawImage(content.clone());
    other.structures.addAll(structures);
    return other;
  }

  byte[] content() {
    return content;
  }

  ByteBuffer bytes() {
    return bytes;
  }

  List<Structure> structures() {
    return structures;
  }

  int u16(int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  int u32(int at) {
    return bytes.getInt(at);
  }

  int blockSize() {
    return 1024 << u32(SUPERBLOCK + 0x18);
  }

  boolean hasGroupChecksums() {
    return (u32(SUPERBLOCK + 0x64) & GDT_CSUM) != 0;
  }

  boolean hasChecksums() {
    return (u32(SUPERBLOCK + 0x64) & METADATA_CSUM) != 0;
  }

  int seed() {
    boolean stored = (u32(SUPERBLOCK + 0x60) & CSUM_SEED) != 0;
    return stored ? u32(SUPERBLOCK + 0x270) : Crcs.crc32c(~0, content, SUPERBLOCK + 0x68, 16);
  }

  int inodeSize() {
    return u32(SUPERBLOCK + 0x4c) == 0 ? 128 : u16(SUPERBLOCK + 0x58);
  }

  int descriptorSize() {
    return (u32(SUPERBLOCK + 0x60) & WIDE) == 0 ? 32 : u16(SUPERBLOCK + 0xfe);
  }

  int inodesPerGroup() {
    return u32(SUPERBLOCK + 0x28);
  }

  int blocksPerGroup() {
    return u32(SUPERBLOCK + 0x20);
  }

  private void add(Kind kind, int offset, int length, long owner, int generation) {
    if (offset >= 0 && offset + length <= content.length) {
      structures.add(new Structure(kind, offset, length, owner, generation));
    }
  }

  private void find() {
    add(Kind.SUPERBLOCK, SUPERBLOCK, 1024, 0, 0);
    int blocks = u32(SUPERBLOCK + 0x04);
    int groups = Math.ceilDiv(blocks - u32(SUPERBLOCK + 0x14), blocksPerGroup());
    for (int group = 0; group < groups; group++) {
      int descriptor = descriptor(group);
      add(Kind.DESCRIPTOR, descriptor, descriptorSize(), group, 0);
      add(Kind.BLOCK_BITMAP, u32(descriptor) * blockSize(), blockSize(), group, 0);
      add(Kind.INODE_BITMAP, u32(descriptor + 4) * blockSize(), blockSize(), group, 0);
      for (int index = 0; index < inodesPerGroup(); index++) {
        int place = u32(descriptor + 8) * blockSize() + index * inodeSize();
        if (u16(place + 0x1a) != 0) {
          findInode(place, (long) group * inodesPerGroup() + index + 1);
        }
      }
    }
  }

  int descriptor(int group) {
    return Math.max(2 * SUPERBLOCK, blockSize()) + group * descriptorSize();
  }

  private void findInode(int place, long number) {
    add(Kind.INODE, place, inodeSize(), number, 0);
    int generation = u32(place + 0x64);
    int attributes = u32(place + 0x68);
    if (attributes != 0) {
      add(Kind.ATTRIBUTES, attributes * blockSize(), blockSize(), attributes, 0);
    }
    boolean directory = (u16(place) & TYPE_MASK) == DIRECTORY;
    boolean journal = number == u32(SUPERBLOCK + 0xe0);
    boolean orphans = number == u32(SUPERBLOCK + 0x280);
    Kind content =
        directory ? Kind.DIRECTORY : journal ? Kind.JOURNAL : orphans ? Kind.ORPHAN_FILE : null;
    if ((u32(place + 0x20) & EXTENTS_FLAG) != 0) {
      findExtents(place + 0x28, number, generation, content, MAX_DEPTH);
    } else if (directory || journal) {
      for (int i = 0; i < DIRECT_BLOCKS; i++) {
        findContent(content, u32(place + 0x28 + 4 * i), 1, number, generation);
      }
      int indirect = u32(place + 0x28 + 4 * DIRECT_BLOCKS);
      if (indirect != 0) {
        add(Kind.INDIRECT, indirect * blockSize(), blockSize(), number, generation);
        for (int i = 0; i < blockSize() / 4; i++) {
          int block = u32(indirect * blockSize() + 4 * i);
          findContent(content, block, 1, number, generation);
        }
      }
    }
  }

  private void findExtents(
      int node, long number, int generation, @Nullable Kind content, int depthLeft) {
    if (u16(node) != EXTENT_MAGIC || depthLeft == 0) {
      return;
    }
    boolean leaf = u16(node + 6) == 0;
    for (int i = 1; i <= u16(node + 2); i++) {
      int entry = node + 12 * i;
      if (leaf) {
        findContent(content, u32(entry + 8), u16(entry + 4), number, generation);
      } else {
        int child = u32(entry + 4) * blockSize();
        add(Kind.EXTENTS, child, blockSize(), number, generation);
        findExtents(child, number, generation, content, depthLeft - 1);
      }
    }
  }

  private void findContent(@Nullable Kind kind, int block, int count, long number, int generation) {
    if (kind == null || block == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      add(kind, (block + i) * blockSize(), blockSize(), number, generation);
    }
  }

  /** Whether a directory's inode says that it is hashed. */
  boolean isHashed(long inode) {
    int group = (int) ((inode - 1) / inodesPerGroup());
    int index = (int) ((inode - 1) % inodesPerGroup());
    int place = u32(descriptor(group) + 8) * blockSize() + index * inodeSize();
    return place >= 0 && place + 0x24 <= content.length && (u32(place + 0x20) & INDEX_FLAG) != 0;
  }
}
