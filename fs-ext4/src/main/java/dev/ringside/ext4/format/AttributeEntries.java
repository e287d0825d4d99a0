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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A table of extended attributes: entries from the start on, values from the end.
 *
 * <pre>
 *  entry (struct ext4_xattr_entry)  0x00 name_len name_index value_offs   0x04 value_inum
 *                                   0x08 value_size   0x0c hash   0x10 name
 *  behind the last entry            0x00 four bytes of zero
 * </pre>
 *
 * <p>Entries and values begin at multiples of four bytes.
 */
public final class AttributeEntries {
  /** No entry. */
  public static final int NONE = -1;

  private static final int E_NAME_LEN = 0x00;
  private static final int E_NAME_INDEX = 0x01;
  private static final int E_VALUE_OFFS = 0x02;
  private static final int E_VALUE_INUM = 0x04;
  private static final int E_VALUE_SIZE = 0x08;
  private static final int E_HASH = 0x0c;
  private static final int E_NAME = 0x10;
  private static final int PAD = 4;
  private static final int END_MARK_SIZE = 4;
  private static final int NAME_HASH_SHIFT = 5;
  private static final int VALUE_HASH_SHIFT = 16;

  private final MemorySegment bytes;

  /** What offsets of values count from, in {@link #bytes}. */
  private final int base;

  private final int first;

  private AttributeEntries(MemorySegment bytes, int base, int first) {
    this.bytes = bytes;
    this.base = base;
    this.first = first;
  }

  /** A table that fills a segment. */
  static AttributeEntries over(MemorySegment table) {
    return new AttributeEntries(table, 0, 0);
  }

  /** A table behind a header, which offsets of values count, too. */
  static AttributeEntries behindHeader(MemorySegment bytes, int header) {
    return new AttributeEntries(bytes, 0, header);
  }

  /** Checks that every entry and every value lies in the table, and on nothing else. */
  void verify(String structure) throws Ext4CorruptedException {
    BitSet taken = new BitSet((int) bytes.byteSize() / PAD);
    int entry = first;
    while (!isEnd(entry, structure)) {
      if (entry + E_NAME > bytes.byteSize() || entryEnd(entry) > bytes.byteSize()) {
        throw bad(structure, entry, "goes over the end");
      }
      if (u32(bytes, (long) entry + E_VALUE_INUM) != 0) {
        throw bad(structure, entry, "its value is in an inode, but there is no ea_inode");
      }
      for (int i = 0; i < nameLength(entry); i++) {
        if (u8(bytes, (long) entry + E_NAME + i) == 0) {
          throw bad(structure, entry, "a byte of zero in its name");
        }
      }
      take(taken, entry, entryEnd(entry), structure, entry);
      entry = entryEnd(entry);
    }
    take(taken, entry, entry + END_MARK_SIZE, structure, entry);
    for (int each = first; !isEnd(each, structure); each = entryEnd(each)) {
      long size = u32(bytes, (long) each + E_VALUE_SIZE);
      long start = base + (long) valueOffset(each);
      if (size > bytes.byteSize() || start + padded((int) size) > bytes.byteSize()) {
        throw bad(structure, each, "its value of %d bytes at %d".formatted(size, start));
      }
      if (size > 0 && start % PAD != 0) {
        throw bad(structure, each, "its value begins at " + start);
      }
      take(taken, (int) start, (int) start + padded((int) size), structure, each);
    }
  }

  private boolean isEnd(int entry, String structure) throws Ext4CorruptedException {
    if (entry + END_MARK_SIZE > bytes.byteSize()) {
      throw bad(structure, entry, "no end mark");
    }
    return isEnd(entry);
  }

  private boolean isEnd(int entry) {
    return bits32(bytes, entry) == 0;
  }

  private static void take(BitSet taken, int from, int to, String structure, int entry)
      throws Ext4CorruptedException {
    int next = taken.nextSetBit(from / PAD);
    if (next >= 0 && next < to / PAD) {
      throw bad(structure, entry, "it or its value lies on another one");
    }
    taken.set(from / PAD, to / PAD);
  }

  private static Ext4CorruptedException bad(String structure, int entry, String what) {
    return new Ext4CorruptedException(structure, "entry at byte %d: %s".formatted(entry, what));
  }

  private int nameLength(int entry) {
    return u8(bytes, (long) entry + E_NAME_LEN);
  }

  private int valueOffset(int entry) {
    return u16(bytes, (long) entry + E_VALUE_OFFS);
  }

  private int entryEnd(int entry) {
    return entry + entryLength(nameLength(entry));
  }

  private static int entryLength(int nameLength) {
    return padded(E_NAME + nameLength);
  }

  private static int padded(int length) {
    return Math.ceilDiv(length, PAD) * PAD;
  }

  /** Where an attribute's entry is, or {@link #NONE}. */
  public int find(int index, ByteString name) {
    for (int entry = first; !isEnd(entry); entry = entryEnd(entry)) {
      if (u8(bytes, (long) entry + E_NAME_INDEX) == index && hasName(entry, name)) {
        return entry;
      }
    }
    return NONE;
  }

  private boolean hasName(int entry, ByteString name) {
    if (nameLength(entry) != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, (long) entry + E_NAME + i) != name.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A copy of the value of an entry that {@link #find} found. */
  public byte[] value(int entry) {
    byte[] value = new byte[(int) u32(bytes, (long) entry + E_VALUE_SIZE)];
    MemorySegment.copy(
        bytes, ValueLayout.JAVA_BYTE, base + (long) valueOffset(entry), value, 0, value.length);
    return value;
  }

  /** All attributes. */
  public List<Attribute> read() {
    List<Attribute> attributes = new ArrayList<>();
    for (int entry = first; !isEnd(entry); entry = entryEnd(entry)) {
      byte[] name = new byte[nameLength(entry)];
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, (long) entry + E_NAME, name, 0, name.length);
      attributes.add(
          new Attribute(u8(bytes, (long) entry + E_NAME_INDEX), ByteString.of(name), value(entry)));
    }
    return attributes;
  }

  /** How many bytes a table of these attributes takes. */
  static int sizeOf(List<Attribute> attributes) {
    int size = END_MARK_SIZE;
    for (Attribute attribute : attributes) {
      size += entryLength(attribute.name().length()) + padded(attribute.value().length);
    }
    return size;
  }

  /**
   * Makes the table hold these attributes, which fit, and no others.
   *
   * @param hashed whether entries carry the hash of name and value
   * @return the hash of all entries; 0 when one has none, and then such a table is not shared
   */
  int write(List<Attribute> attributes, boolean hashed) {
    bytes.asSlice(first).fill((byte) 0);
    int entry = first;
    int end = (int) bytes.byteSize();
    int all = 0;
    boolean whole = true;
    for (Attribute attribute : attributes) {
      byte[] value = attribute.value();
      end -= padded(value.length);
      MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, end, value.length);
      putU8(bytes, (long) entry + E_NAME_LEN, attribute.name().length());
      putU8(bytes, (long) entry + E_NAME_INDEX, attribute.index());
      putU16(bytes, (long) entry + E_VALUE_OFFS, value.length == 0 ? 0 : end - base);
      putU32(bytes, (long) entry + E_VALUE_SIZE, value.length);
      for (int i = 0; i < attribute.name().length(); i++) {
        putU8(bytes, (long) entry + E_NAME + i, attribute.name().byteAt(i));
      }
      int hash = hashed ? hash(entry, end, value.length) : 0;
      putU32(bytes, (long) entry + E_HASH, hash);
      whole &= hash != 0;
      all = Integer.rotateLeft(all, VALUE_HASH_SHIFT) ^ hash;
      entry = entryEnd(entry);
    }
    return whole ? all : 0;
  }

  /**
   * The name byte by byte, then the value by words of four bytes, the last filled up with zeros.
   */
  private int hash(int entry, int value, int length) {
    int hash = 0;
    for (int i = 0; i < nameLength(entry); i++) {
      hash = Integer.rotateLeft(hash, NAME_HASH_SHIFT) ^ u8(bytes, (long) entry + E_NAME + i);
    }
    for (int word = 0; word < padded(length); word += PAD) {
      hash = Integer.rotateLeft(hash, VALUE_HASH_SHIFT) ^ bits32(bytes, (long) value + word);
    }
    return hash;
  }
}
