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
 * <p>An entry without an inode is free room, and so is what an entry has behind its name. Without
 * the filetype feature, the type byte is the upper half of the name's length.
 *
 * <p>An object is a view: whoever changes the block through it has announced the change.
 */
public final class DirectoryBlock {
  /** The longest name, in bytes ({@code EXT4_NAME_LEN}). */
  public static final int MAX_NAME_LENGTH = 255;

  /** No entry. */
  public static final int NONE = -1;

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

  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");
  private static final int DOT_LENGTH = 12;

  private final MemorySegment bytes;
  private final boolean typed;

  /** Where entries end: at the checksum, or with the block. */
  private final int end;

  private DirectoryBlock(MemorySegment bytes, boolean typed, int end) {
    this.bytes = bytes;
    this.typed = typed;
    this.end = end;
  }

  /** A block that passed {@link #verify}, or is about to be filled. */
  public DirectoryBlock(MemorySegment bytes, Superblock superblock) {
    this.bytes = bytes;
    this.typed = superblock.has(Feature.FILETYPE);
    this.end = endOf(bytes, superblock);
  }

  /** The same names in memory of their own. */
  public DirectoryBlock copy() {
    MemorySegment copy = MemorySegment.ofArray(new byte[(int) bytes.byteSize()]);
    MemorySegment.copy(bytes, 0, copy, 0, copy.byteSize());
    return new DirectoryBlock(copy, typed, end);
  }

  /** How long the block is, in bytes. */
  public int size() {
    return (int) bytes.byteSize();
  }

  /** No block of this size has more names. */
  public int maxEntries() {
    return end / (DE_NAME + ALIGNMENT);
  }

  private static int endOf(MemorySegment bytes, Superblock superblock) {
    return (int) bytes.byteSize() - (superblock.hasMetadataChecksums() ? TAIL_SIZE : 0);
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
    while (offset < block.end) {
      block.verifyEntry(offset, superblock, structure);
      offset += block.recordLength(offset);
    }
  }

  private void verifyChecksum(String structure, int checksumSeed) throws Ext4CorruptedException {
    if (u32(bytes, (long) end + DE_INODE) != 0
        || u16(bytes, (long) end + DE_REC_LEN) != TAIL_SIZE
        || u8(bytes, (long) end + DE_NAME_LEN) != 0
        || u8(bytes, (long) end + DE_FILE_TYPE) != TAIL_TYPE) {
      throw new Ext4CorruptedException(structure, "no checksum at its end");
    }
    int computed = new Crc32c().start(checksumSeed).add(bytes, 0, end).value();
    ChecksumMismatch.check(structure, bits32(bytes, (long) end + TAIL_CHECKSUM), computed);
  }

  /**
   * Writes the checksum of a block of names, if the filesystem has them.
   *
   * @param checksumSeed of the directory's inode
   */
  public static void seal(MemorySegment bytes, Superblock superblock, int checksumSeed) {
    if (superblock.hasMetadataChecksums()) {
      long end = endOf(bytes, superblock);
      putU32(
          bytes, end + TAIL_CHECKSUM, new Crc32c().start(checksumSeed).add(bytes, 0, end).value());
    }
  }

  private void verifyEntry(int offset, Superblock superblock, String structure)
      throws Ext4CorruptedException {
    // Records are multiples of four long, like the block, so one that starts inside has at least
    // its inode and length inside; the rest of its header needs the check of its length first.
    int length = recordLength(offset);
    if (length < DE_NAME + ALIGNMENT || length % ALIGNMENT != 0 || length > end - offset) {
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
    int offset = offsetOf(name);
    return offset < 0 ? null : new DirectoryEntry(name, inode(offset), type(offset));
  }

  private int offsetOf(ByteString name) {
    int offset = 0;
    while (offset < end) {
      if (hasName(offset, name) && inode(offset) != 0) {
        return offset;
      }
      offset += recordLength(offset);
    }
    return NONE;
  }

  private boolean hasName(int offset, ByteString name) {
    if (nameLength(offset) != name.length()) {
      return false;
    }
    // Names of one directory differ at their ends sooner than at their beginnings.
    for (int i = name.length() - 1; i >= 0; i--) {
      if (bytes.get(ValueLayout.JAVA_BYTE, (long) offset + DE_NAME + i) != name.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the block's entries to a list, in their order. */
  public void addEntriesTo(List<DirectoryEntry> entries) {
    for (int offset = firstEntry(); offset != NONE; offset = entryAfter(offset)) {
      entries.add(entry(offset));
    }
  }

  /** Where the first entry with a name is, or {@link #NONE}. */
  public int firstEntry() {
    return entryFrom(0);
  }

  /** Where the next entry with a name is, or {@link #NONE}. */
  public int entryAfter(int offset) {
    return entryFrom(offset + recordLength(offset));
  }

  private int entryFrom(int start) {
    int offset = start;
    while (offset < end && inode(offset) == 0) {
      offset += recordLength(offset);
    }
    return offset < end ? offset : NONE;
  }

  /** The entry at an offset that {@link #firstEntry} or {@link #entryAfter} gave. */
  public DirectoryEntry entry(int offset) {
    return new DirectoryEntry(name(offset), inode(offset), type(offset));
  }

  /** The name of an entry. */
  public ByteString name(int offset) {
    byte[] name = new byte[nameLength(offset)];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, (long) offset + DE_NAME, name, 0, name.length);
    return ByteString.of(name);
  }

  private Optional<FileType> type(int offset) {
    return typed ? FileType.ofEntryCode(u8(bytes, offset + DE_FILE_TYPE)) : Optional.empty();
  }

  /** How many bytes the entry takes, without the room behind its name. */
  public int usedLength(int offset) {
    return inode(offset) == 0 ? 0 : entryLength(nameLength(offset));
  }

  /** How many bytes an entry takes at least. */
  public static int entryLength(int nameLength) {
    return Math.ceilDiv(DE_NAME + nameLength, ALIGNMENT) * ALIGNMENT;
  }

  /** Whether the block begins with {@code .} and {@code ..}, each where the format has it. */
  public boolean startsWithDots() {
    return inode(0) != 0
        && hasName(0, DOT)
        && recordLength(0) == DOT_LENGTH
        && inode(DOT_LENGTH) != 0
        && hasName(DOT_LENGTH, DOT_DOT);
  }

  /** Whether a name is {@code .} or {@code ..}. */
  public static boolean isDots(ByteString name) {
    return name.equals(DOT) || name.equals(DOT_DOT);
  }

  /** Whether it holds no names but {@code .} and {@code ..}. */
  public boolean isEmpty() {
    for (int offset = firstEntry(); offset != NONE; offset = entryAfter(offset)) {
      if (!hasName(offset, DOT) && !hasName(offset, DOT_DOT)) {
        return false;
      }
    }
    return true;
  }

  /** The longest entry that has room, in bytes; 0 when none has. */
  public int largestRoom() {
    int largest = 0;
    for (int offset = 0; offset < end; offset += recordLength(offset)) {
      largest = Math.max(largest, recordLength(offset) - usedLength(offset));
    }
    return largest;
  }

  /** Makes the block hold no entry at all. */
  public void clear() {
    bytes.fill((byte) 0);
    putTail();
    putRecordLength(0, end);
  }

  /** Makes the block the first one of a new directory. */
  public void clearToDots(long self, long parent) {
    clear();
    put(0, DOT, self, FileType.DIRECTORY);
    putRecordLength(0, DOT_LENGTH);
    put(DOT_LENGTH, DOT_DOT, parent, FileType.DIRECTORY);
    putRecordLength(DOT_LENGTH, end - DOT_LENGTH);
  }

  private void putTail() {
    if (end < bytes.byteSize()) {
      putU16(bytes, (long) end + DE_REC_LEN, TAIL_SIZE);
      putU8(bytes, (long) end + DE_FILE_TYPE, TAIL_TYPE);
    }
  }

  /**
   * Adds an entry where there is room first.
   *
   * @return false when no room is long enough; nothing has changed then
   */
  public boolean insert(ByteString name, long inode, FileType type) {
    int needed = entryLength(name.length());
    int offset = 0;
    while (offset < end) {
      int length = recordLength(offset);
      int used = usedLength(offset);
      if (length - used >= needed) {
        if (used > 0) {
          putRecordLength(offset, used);
        }
        put(offset + used, name, inode, type);
        putRecordLength(offset + used, length - used);
        return true;
      }
      offset += length;
    }
    return false;
  }

  /** Removes an entry; false when there is none of that name. */
  public boolean remove(ByteString name) {
    int before = NONE;
    int offset = 0;
    while (offset < end) {
      int length = recordLength(offset);
      if (hasName(offset, name) && inode(offset) != 0) {
        bytes.asSlice(offset + DE_NAME, entryLength(name.length()) - DE_NAME).fill((byte) 0);
        putU32(bytes, offset + DE_INODE, 0);
        putU16(bytes, offset + DE_NAME_LEN, 0);
        if (before != NONE) {
          putRecordLength(before, offset + length - before);
        }
        return true;
      }
      before = offset;
      offset += length;
    }
    return false;
  }

  /** Makes an entry lead to another inode; false when there is none of that name. */
  public boolean replace(ByteString name, long inode, FileType type) {
    int offset = offsetOf(name);
    if (offset == NONE) {
      return false;
    }
    putU32(bytes, offset + DE_INODE, inode);
    if (typed) {
      putU8(bytes, offset + DE_FILE_TYPE, type.entryCode());
    }
    return true;
  }

  /**
   * Makes the block hold some of another block's entries, one behind the other.
   *
   * @param source of the same filesystem, in other memory
   * @param offsets of entries in {@code source}
   */
  public void fillFrom(DirectoryBlock source, int[] offsets) {
    clear();
    int last = 0;
    int target = 0;
    for (int offset : offsets) {
      int length = source.usedLength(offset);
      MemorySegment.copy(source.bytes, offset, bytes, target, length);
      putRecordLength(target, length);
      last = target;
      target += length;
    }
    putRecordLength(last, end - last);
  }

  private void put(int offset, ByteString name, long inode, FileType type) {
    putU32(bytes, (long) offset + DE_INODE, inode);
    putU16(bytes, (long) offset + DE_NAME_LEN, name.length());
    if (typed) {
      putU8(bytes, (long) offset + DE_FILE_TYPE, type.entryCode());
    }
    for (int i = 0; i < name.length(); i++) {
      bytes.set(ValueLayout.JAVA_BYTE, (long) offset + DE_NAME + i, name.byteAt(i));
    }
  }

  private long inode(int offset) {
    return u32(bytes, offset + DE_INODE);
  }

  private int nameLength(int offset) {
    return typed ? u8(bytes, offset + DE_NAME_LEN) : u16(bytes, offset + DE_NAME_LEN);
  }

  /** How many bytes the entry takes, with the room behind its name. */
  public int recordLength(int offset) {
    return recordLength(bytes, offset);
  }

  private void putRecordLength(int offset, int length) {
    putRecordLength(bytes, offset, length);
  }

  /** The length of the record at an offset, which 16 bits cannot hold in the largest blocks. */
  static int recordLength(MemorySegment bytes, int offset) {
    int length = u16(bytes, offset + DE_REC_LEN);
    boolean whole = length == 0 || length == LARGEST_BLOCK_MARK;
    return whole && bytes.byteSize() == LARGEST_BLOCK ? LARGEST_BLOCK : length;
  }

  static void putRecordLength(MemorySegment bytes, int offset, int length) {
    putU16(
        bytes, (long) offset + DE_REC_LEN, length == LARGEST_BLOCK ? LARGEST_BLOCK_MARK : length);
  }
}
