package dev.ringside.ext4.format;

import java.util.EnumSet;
import java.util.Set;

/** The flags of an inode ({@code i_flags}), with the letters that lsattr prints. */
public enum InodeFlag {
  SECURE_DELETION(0x1, 's'),
  UNDELETE(0x2, 'u'),
  COMPRESS(0x4, 'c'),
  SYNC(0x8, 'S'),
  IMMUTABLE(0x10, 'i'),
  APPEND(0x20, 'a'),
  NODUMP(0x40, 'd'),
  NOATIME(0x80, 'A'),
  ENCRYPT(0x800, 'E'),
  /** The directory has a hash tree. */
  INDEX(0x1000, 'I'),
  JOURNAL_DATA(0x4000, 'j'),
  NOTAIL(0x8000, 't'),
  DIRSYNC(0x1_0000, 'D'),
  TOPDIR(0x2_0000, 'T'),
  /** {@code i_blocks} counts filesystem blocks. */
  HUGE_FILE(0x4_0000, 'h'),
  /** {@code i_block} is the root of an extent tree. */
  EXTENTS(0x8_0000, 'e'),
  VERITY(0x10_0000, 'V'),
  /** The inode holds an extended attribute's value. */
  EA_INODE(0x20_0000, '-'),
  DAX(0x200_0000, 'x'),
  /** Content lies in the inode itself. */
  INLINE_DATA(0x1000_0000, 'N'),
  PROJECT_INHERIT(0x2000_0000, 'P'),
  CASEFOLD(0x4000_0000, 'F');

  private final int bit;
  private final char letter;

  InodeFlag(int bit, char letter) {
    this.bit = bit;
    this.letter = letter;
  }

  int bit() {
    return bit;
  }

  /** The letter of lsattr, or a dash when it has none. */
  public char letter() {
    return letter;
  }

  static Set<InodeFlag> of(int word) {
    EnumSet<InodeFlag> flags = EnumSet.noneOf(InodeFlag.class);
    for (InodeFlag flag : values()) {
      if ((word & flag.bit) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
