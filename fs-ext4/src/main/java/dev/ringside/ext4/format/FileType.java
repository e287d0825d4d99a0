package dev.ringside.ext4.format;

import java.util.Optional;

/**
 * What an inode is: the top four bits of {@code i_mode}, and the type byte of directory entries.
 */
public enum FileType {
  FIFO(0x1, 5, 'p'),
  CHARACTER_DEVICE(0x2, 3, 'c'),
  DIRECTORY(0x4, 2, 'd'),
  BLOCK_DEVICE(0x6, 4, 'b'),
  REGULAR(0x8, 1, '-'),
  SYMLINK(0xa, 7, 'l'),
  SOCKET(0xc, 6, 's');

  private static final int MODE_SHIFT = 12;

  private final int modeBits;
  private final int entryCode;
  private final char letter;

  FileType(int modeBits, int entryCode, char letter) {
    this.modeBits = modeBits;
    this.entryCode = entryCode;
    this.letter = letter;
  }

  /** The first letter of a mode as {@code ls -l} prints it. */
  public char letter() {
    return letter;
  }

  /** The type in an {@code i_mode}, if it is one. */
  public static Optional<FileType> ofMode(int mode) {
    for (FileType type : values()) {
      if (type.modeBits == mode >>> MODE_SHIFT) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type's bits of an {@code i_mode}, which has nothing else. */
  public int mode() {
    return modeBits << MODE_SHIFT;
  }

  /** What stands in a directory entry's type byte. */
  int entryCode() {
    return entryCode;
  }

  /** The type that a directory entry's type byte names; 0 means that the entry does not say. */
  static Optional<FileType> ofEntryCode(int code) {
    for (FileType type : values()) {
      if (type.entryCode == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  static boolean isEntryCode(int code) {
    return code == 0 || ofEntryCode(code).isPresent();
  }
}
