package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;
import static dev.ringside.ext4.format.LittleEndian.u8;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory block that holds names: entries that fill it without a gap.
 *
 * <pre>
 *  entry (struct ext4_dir_entry_2)      0x00 inode   0x04 rec_len   0x06 name_len file_type
 *                                       0x08 name, then room up to rec_len
 *  at the end, with metadata_csum       an entry of 12 bytes without inode and name, of type
 *  (struct ext4_dir_entry_tail)         0xde, whose place for a name holds the checksum
 * </pre>
 *
 * <p>An entry without an inode is free room. Without the filetype feature, the type byte is the
 * upper half of the name's length.
 */
public final class DirectoryBlock {
  /** The longest name, in bytes ({@code EXT4_NAME_LEN}). */
  public static final int MAX_NAME_LENGTH = 255;

  private static final int DE_INODE = 0x00;
  private static final int DE_REC_LEN = 0x04;
  static final int DE_NAME_LEN = 0x06;
  private static final int DE_FILE_TYPE = 0x07;
  static final int DE_NAME = 0x08;

  private static final int ALIGNMENT = 4;
  private static final int LARGEST_BLOCK = 65536;
  private static final int LARGEST_BLOCK_MARK = 0xffff;
  private static final int TAIL_SIZE = 12;
  private static final int TAIL_TYPE = 0xde;
  private static final int TAIL_CHECKSUM = 0x08;

  private final MemorySegment bytes;
  private final boolean typed;

  /** A block that passed {@link #verify}. */
  public DirectoryBlock(MemorySegment bytes, Superblock superblock) {
    this.bytes = bytes;
    this.typed = superblock.has(Feature.FILETYPE);
  }

  /**
   * Checks every entry, and the checksum if the filesystem has them.
   *
   * @param checksumSeed of the directory's inode
   */
  public static void verify(
      MemorySegment bytes, Superblock superblock, String structure, int checksumSeed)
      throws Ext4CorruptedException {
    DirectoryBlock block = new DirectoryBlock(bytes, superblock);
    if (superblock.hasMetadataChecksums()) {
      block.verifyChecksum(structure, checksumSeed);
    }
    int offset = 0;
    while (offset < bytes.byteSize()) {
      block.verifyEntry(offset, superblock, structure);
      offset += block.recordLength(offset);
    }
  }

  private void verifyChecksum(String structure, int checksumSeed) throws Ext4CorruptedException {
    long tail = bytes.byteSize() - TAIL_SIZE;
    if (u32(bytes, tail + DE_INODE) != 0
        || u16(bytes, tail + DE_REC_LEN) != TAIL_SIZE
        || u8(bytes, tail + DE_NAME_LEN) != 0
        || u8(bytes, tail + DE_FILE_TYPE) != TAIL_TYPE) {
      throw new Ext4CorruptedException(structure, "no checksum at its end");
    }
    int computed = new Crc32c().start(checksumSeed).add(bytes, 0, tail).value();
    ChecksumMismatch.check(structure, bits32(bytes, tail + TAIL_CHECKSUM), computed);
  }

  private void verifyEntry(int offset, Superblock superblock, String structure)
      throws Ext4CorruptedException {
    // Records are multiples of four long, like the block, so one that starts inside has at least
    // its inode and length inside; the rest of its header needs the check of its length first.
    int length = recordLength(offset);
    if (length < DE_NAME + ALIGNMENT
        || length % ALIGNMENT != 0
        || length > bytes.byteSize() - offset) {
      throw badEntry(structure, offset, "rec_len " + length);
    }
    if (inode(offset) == 0) {
      return;
    }
    int nameLength = nameLength(offset);
    if (nameLength == 0 || nameLength > MAX_NAME_LENGTH || DE_NAME + nameLength > length) {
      throw badEntry(structure, offset, "name_len " + nameLength + " with rec_len " + length);
    }
    if (inode(offset) > superblock.inodes()) {
      throw badEntry(
          structure, offset, "inode %d of %d".formatted(inode(offset), superblock.inodes()));
    }
    for (int i = 0; i < nameLength; i++) {
      int character = u8(bytes, offset + DE_NAME + i);
      if (character == 0 || character == '/') {
        throw badEntry(structure, offset, "byte 0x%02x in a name".formatted(character));
      }
    }
    if (typed && !FileType.isEntryCode(u8(bytes, offset + DE_FILE_TYPE))) {
      throw badEntry(structure, offset, "file_type " + u8(bytes, offset + DE_FILE_TYPE));
    }
  }

  private static Ext4CorruptedException badEntry(String structure, int offset, String what) {
    return new Ext4CorruptedException(structure, "entry at byte " + offset + ": " + what);
  }

  /** The entry of a name, or null when the block has none. */
  public @Nullable DirectoryEntry find(ByteString name) {
    int offset = 0;
    while (offset < bytes.byteSize()) {
      if (inode(offset) != 0 && hasName(offset, name)) {
        return entry(offset);
      }
      offset += recordLength(offset);
    }
    return null;
  }

  private boolean hasName(int offset, ByteString name) {
    if (nameLength(offset) != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, (long) offset + DE_NAME + i) != name.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the block's entries to a list, in their order. */
  public void addEntriesTo(List<DirectoryEntry> entries) {
    int offset = 0;
    while (offset < bytes.byteSize()) {
      if (inode(offset) != 0) {
        entries.add(entry(offset));
      }
      offset += recordLength(offset);
    }
  }

  private DirectoryEntry entry(int offset) {
    byte[] name = new byte[nameLength(offset)];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, (long) offset + DE_NAME, name, 0, name.length);
    Optional<FileType> type =
        typed ? FileType.ofEntryCode(u8(bytes, offset + DE_FILE_TYPE)) : Optional.empty();
    return new DirectoryEntry(ByteString.of(name), inode(offset), type);
  }

  private long inode(int offset) {
    return u32(bytes, offset + DE_INODE);
  }

  private int nameLength(int offset) {
    return typed ? u8(bytes, offset + DE_NAME_LEN) : u16(bytes, offset + DE_NAME_LEN);
  }

  private int recordLength(int offset) {
    return recordLength(bytes, offset);
  }

  /** The length of the record at an offset, which 16 bits cannot hold in the largest blocks. */
  static int recordLength(MemorySegment bytes, int offset) {
    int length = u16(bytes, offset + DE_REC_LEN);
    boolean whole = length == 0 || length == LARGEST_BLOCK_MARK;
    return whole && bytes.byteSize() == LARGEST_BLOCK ? LARGEST_BLOCK : length;
  }
}
