package dev.ringside.ext4;

/** What renaming does beside moving a name: the flags of renameat2(2). */
public enum RenameFlag {
  /** Fails when the new name is taken. */
  NO_REPLACE,
  /** Both names exist and change places. */
  EXCHANGE,
  /** The old name becomes a character device 0, 0: the mark of a deleted file for overlays. */
  WHITEOUT
}
