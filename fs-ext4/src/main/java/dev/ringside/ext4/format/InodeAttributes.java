package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * The extended attributes in an inode, behind its fields ({@code struct ext4_xattr_ibody_header}).
 *
 * <pre>
 *  0x00 magic     0x04 entries; offsets of values count from here
 * </pre>
 *
 * <p>Without the magic there are none, whatever else is there.
 */
public final class InodeAttributes {
  private static final int MAGIC = 0xea02_0000;
  private static final int HEADER_SIZE = 4;

  private InodeAttributes() {}

  /**
   * The attributes of an inode, if it has some there.
   *
   * @throws Ext4CorruptedException when they are damaged
   */
  public static Optional<AttributeEntries> of(Inode inode) throws Ext4CorruptedException {
    MemorySegment area = inode.attributeArea();
    if (area.byteSize() < 2 * HEADER_SIZE || bits32(area, 0) != MAGIC) {
      return Optional.empty();
    }
    AttributeEntries entries = AttributeEntries.over(area.asSlice(HEADER_SIZE));
    entries.verify("attributes in inode " + inode.number());
    return Optional.of(entries);
  }

  /** Whether an inode has room for these attributes, and no others. */
  public static boolean fits(Inode inode, List<Attribute> attributes) {
    return attributes.isEmpty()
        || AttributeEntries.sizeOf(attributes) <= inode.attributeArea().byteSize() - HEADER_SIZE;
  }

  /** Puts these attributes, which fit, and no others into an inode. */
  public static void write(Inode inode, List<Attribute> attributes) {
    MemorySegment area = inode.attributeArea();
    if (attributes.isEmpty()) {
      area.fill((byte) 0);
    } else {
      putU32(area, 0, MAGIC);
      AttributeEntries.over(area.asSlice(HEADER_SIZE)).write(attributes, false);
    }
  }
}
