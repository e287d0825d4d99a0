package dev.ringside.ext4;

/** What the offset of lseek(2) counts from. */
public enum Whence {
  /** The start of the file. */
  SET,
  /** The current position. */
  CURRENT,
  /** The end of the file. */
  END,
  /** The first content at or behind an offset from the start. */
  DATA,
  /** The first hole at or behind an offset from the start; the end of the file counts as one. */
  HOLE
}
