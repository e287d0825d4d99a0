package dev.ringside.ext4.format;

/** Features of a journal, in its own superblock. */
public enum JournalFeature {
  /** A commit block holds a CRC-32 over its transaction (the first kind of journal checksum). */
  CHECKSUM(true, 0x1, "journal_checksum"),
  /** There are revoke blocks. */
  REVOKE(false, 0x1, "journal_incompat_revoke"),
  /** Block numbers have 64 bits. */
  SIXTY_FOUR_BIT(false, 0x2, "journal_64bit"),
  /** A commit block may reach the disk before what it commits. */
  ASYNC_COMMIT(false, 0x4, "journal_async_commit"),
  /** Checksums in every block of the journal, 16 bits of them in a tag. */
  CSUM_V2(false, 0x8, "journal_checksum_v2"),
  /** Checksums in every block of the journal, 32 bits of them in a tag. */
  CSUM_V3(false, 0x10, "journal_checksum_v3"),
  /** Small changes stand in an area of their own, not as blocks. */
  FAST_COMMIT(false, 0x20, "fast_commit");

  private final boolean compatible;
  private final int bit;
  private final String label;

  JournalFeature(boolean compatible, int bit, String label) {
    this.compatible = compatible;
    this.bit = bit;
    this.label = label;
  }

  /** Whether the flag stands in the word that readers may ignore. */
  boolean isCompatible() {
    return compatible;
  }

  int bit() {
    return bit;
  }

  /** As dumpe2fs calls it. */
  public String label() {
    return label;
  }
}
