package dev.ringside.ext4.format;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

  /** A name is looked up more often than types are listed: nothing is made for it. */
  private static final List<Optional<FileType>> BY_ENTRY_CODE =
      Stream.concat(
              Stream.of(Optional.<FileType>empty()),
              Arrays.stream(values())
                  .sorted(Comparator.comparingInt(FileType::entryCode))
                  .map(Optional::of))
          .toList();

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
    return code < BY_ENTRY_CODE.size() ? BY_ENTRY_CODE.get(code) : Optional.empty();
  }

  static boolean isEntryCode(int code) {
    return code < BY_ENTRY_CODE.size();
  }
}
