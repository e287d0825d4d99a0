package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.*;

import java.lang.foreign.MemorySegment;

/**
 * Walks the tags of a descriptor block: for each block that follows it in the log, where it goes.
 *
 * <pre>{@code
 * JournalTags tags = new JournalTags(block, journal);
 * while (tags.next()) {
 *   tags.block();
 * }
 * }</pre>
 *
 * <p>Three layouts, by the journal's features:
 *
 * <pre>
 *  version 3:  0x0 blocknr   0x4 flags (4)   0x8 blocknr_high   0xc checksum (4)
 *  others:     0x0 blocknr   0x4 checksum (2)   0x6 flags (2)   0x8 blocknr_high, with 64 bits
 * </pre>
 *
 * <p>In version 2 every tag is followed by two bytes more. A tag without {@code SAME_UUID} is
 * followed by a UUID.
 */
public final class JournalTags {
  static final int FLAG_ESCAPE = 0x1;
  static final int FLAG_SAME_UUID = 0x2;
  static final int FLAG_LAST = 0x8;

  static final int T_FLAGS = 0x6;
  static final int T_CHECKSUM = 0x4;
  static final int T_BLOCKNR_HIGH = 0x8;
  static final int T3_FLAGS = 0x4;
  static final int T3_CHECKSUM = 0xc;
  private static final int T3_SIZE = 16;
  private static final int SMALLEST_SIZE = 8;
  private static final int VERSION_2_PADDING = 2;
  static final int UUID_LENGTH = 16;

  private final MemorySegment bytes;
  private final JournalSuperblock journal;
  private final boolean version3;
  private final boolean wide;
  private final int size;
  private final long end;
  private final int sequence;
  private long at;
  private long following = JournalBlock.HEADER_SIZE;
  private boolean ended;

  /** Before the first tag of a descriptor block. */
  public JournalTags(MemorySegment bytes, JournalSuperblock journal) {
    this.bytes = bytes;
    this.journal = journal;
    this.version3 = journal.has(JournalFeature.CSUM_V3);
    this.wide = journal.has(JournalFeature.SIXTY_FOUR_BIT);
    this.size = size(journal);
    this.end = JournalBlock.contentEnd(bytes, journal);
    this.sequence = JournalBlock.sequence(bytes);
  }

  /** Bytes of a tag, without a UUID behind it. */
  static int size(JournalSuperblock journal) {
    if (journal.has(JournalFeature.CSUM_V3)) {
      return T3_SIZE;
    }
    return SMALLEST_SIZE
        + (journal.has(JournalFeature.SIXTY_FOUR_BIT) ? Integer.BYTES : 0)
        + (journal.has(JournalFeature.CSUM_V2) ? VERSION_2_PADDING : 0);
  }

  /** Goes to the next tag; false when there is none. */
  public boolean next() {
    if (ended || following + size > end) {
      return false;
    }
    at = following;
    ended = (flags() & FLAG_LAST) != 0;
    following = at + size + ((flags() & FLAG_SAME_UUID) == 0 ? UUID_LENGTH : 0);
    return true;
  }

  private int flags() {
    return version3 ? bits32(bytes, at + T3_FLAGS) : u16(bytes, at + T_FLAGS);
  }

  /** Number of the block of the filesystem that the copy is of. */
  public long block() {
    long low = u32(bytes, at);
    return wide ? (u32(bytes, at + T_BLOCKNR_HIGH) << Integer.SIZE) | low : low;
  }

  /** Whether the copy's first four bytes were the magic, and are zeros in the log instead. */
  public boolean isEscaped() {
    return (flags() & FLAG_ESCAPE) != 0;
  }

  /** Whether a copy, as it stands in the log, has the tag's checksum, if tags have any. */
  public boolean matches(MemorySegment copy) {
    if (!journal.hasBlockChecksums()) {
      return true;
    }
    int computed = checksum(copy, sequence, journal);
    return version3
        ? computed == bits32(bytes, at + T3_CHECKSUM)
        : (computed & 0xffff) == u16(bytes, at + T_CHECKSUM);
  }

  /** Over the number of the transaction, and a copy as it stands in the log. */
  static int checksum(MemorySegment copy, int sequence, JournalSuperblock journal) {
    return new Crc32c()
        .start(journal.checksumSeed())
        .addBits32(Integer.reverseBytes(sequence))
        .add(copy, 0, copy.byteSize())
        .value();
  }

  /** Takes the first four bytes from a copy that would be taken for a block of the journal's. */
  public static void escape(MemorySegment copy) {
    setBits32(copy, 0, 0);
  }

  /** Gives an escaped copy its first four bytes back. */
  public static void unescape(MemorySegment copy) {
    setBits32(copy, 0, JournalBlock.MAGIC);
  }
}
