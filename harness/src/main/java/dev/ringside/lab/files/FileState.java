package dev.ringside.lab.files;

/**
 * What {@code stat} says.
 *
 * @param mode type and permissions
 * @param blocks of 512 bytes
 */
public record FileState(
    long inode,
    int mode,
    int uid,
    int gid,
    long links,
    long size,
    long blocks,
    int blockSize,
    int major,
    int minor,
    FileTime access,
    FileTime modification,
    FileTime change) {
  public static final int TYPE_MASK = 0xf000;
  public static final int FIFO = 0x1000;
  public static final int CHARACTER_DEVICE = 0x2000;
  public static final int DIRECTORY = 0x4000;
  public static final int BLOCK_DEVICE = 0x6000;
  public static final int REGULAR = 0x8000;
  public static final int SYMLINK = 0xa000;
  public static final int SOCKET = 0xc000;

  private static final int TYPE_SHIFT = 12;
  private static final String LETTERS = "?pc?d?b?-?l?s???";

  public int type() {
    return mode & TYPE_MASK;
  }

  public int permissions() {
    return mode & ~TYPE_MASK;
  }

  /** The letter of {@code ls -l}. */
  public static char letter(int mode) {
    return LETTERS.charAt((mode & TYPE_MASK) >> TYPE_SHIFT);
  }
}
