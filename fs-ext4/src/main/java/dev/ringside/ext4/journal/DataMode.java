package dev.ringside.ext4.journal;

/** What a journal does about the content of files. */
public enum DataMode {
  /** New content is on the disk before the metadata that refers to it is committed. */
  ORDERED,
  /**
   * Content is written when it is written: after a crash, a file may show what was there before.
   */
  WRITEBACK,
  /** Content goes through the journal, as metadata does. */
  JOURNAL
}
