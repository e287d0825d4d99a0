package dev.ringside.ext4.content;

/** How the content of files and the journal go together. */
public enum DataMode {
  /** Content is on the disk before the transaction that makes it visible. */
  ORDERED,
  /** Content reaches the disk at any time: after a crash a file may show what lay there before. */
  WRITEBACK,
  /** Content goes through the journal as metadata does. */
  JOURNAL
}
