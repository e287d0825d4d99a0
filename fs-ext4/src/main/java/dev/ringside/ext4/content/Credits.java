package dev.ringside.ext4.content;

/** How many blocks the steps of this package may change under a handle, at most. */
final class Credits {
  /** How many blocks of content go through the journal in one step. */
  static final int JOURNALED_BLOCKS = 32;

  /** A change of an inode's length or times, with the superblock and the list of orphans. */
  static final int INODE = 8;

  private Credits() {}

  /** One change of a file's mapping, with its inode. */
  static int change(ContentFile file) {
    return file.mapping().changeCredits() + INODE;
  }

  /** One step of a write: a change of the mapping, and content that is journaled. */
  static int writeStep(ContentFile file) {
    return change(file) + JOURNALED_BLOCKS + 1;
  }
}
