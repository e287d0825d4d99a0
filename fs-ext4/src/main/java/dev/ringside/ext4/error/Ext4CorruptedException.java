package dev.ringside.ext4.error;

/** The image contradicts itself or the format: names the structure, the place and what is wrong. */
public final class Ext4CorruptedException extends Ext4Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Damage.
   *
   * @param structure which on-disk structure, and which one of its kind: "inode 12"
   * @param what what is wrong with it, with the values
   */
  public Ext4CorruptedException(String structure, String what) {
    super(Errno.EUCLEAN, structure, what);
  }

  /**
   * Damage in a known block.
   *
   * @param block number of the filesystem block that holds the structure
   */
  public Ext4CorruptedException(String structure, long block, String what) {
    this(structure + " in block " + Long.toUnsignedString(block), what);
  }
}
