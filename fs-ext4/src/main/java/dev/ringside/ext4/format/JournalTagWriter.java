package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.setBits16;
import static dev.ringside.ext4.format.BigEndian.setBits32;

import java.lang.foreign.MemorySegment;

/**
 * Fills descriptor blocks with tags, in the layouts of {@link JournalTags}. The first tag of a
 * block is followed by the journal's UUID, the others say that theirs is the same.
 *
 * <pre>{@code
 * writer.begin(block, sequence);
 * while (!writer.isFull()) {
 *   writer.add(number, copy, escaped);
 * }
 * writer.end();
 * }</pre>
 */
public final class JournalTagWriter {
  private final JournalSuperblock journal;
  private final boolean version3;
  private final boolean wide;
  private final int size;

  private MemorySegment bytes = MemorySegment.NULL;
  private int sequence;
  private long last;
  private long following;

  /** Writes tags for a journal, whose features do not change any more. */
  public JournalTagWriter(JournalSuperblock journal) {
    this.journal = journal;
    this.version3 = journal.has(JournalFeature.CSUM_V3);
    this.wide = journal.has(JournalFeature.SIXTY_FOUR_BIT);
    this.size = JournalTags.size(journal);
  }

  /** Whether a journal's tags can name a block. */
  public static boolean canName(JournalSuperblock journal, long block) {
    return journal.has(JournalFeature.SIXTY_FOUR_BIT) || block >>> Integer.SIZE == 0;
  }

  /** Begins a descriptor block of a transaction. */
  public void begin(MemorySegment block, int transaction) {
    JournalBlock.DESCRIPTOR.begin(block, transaction);
    bytes = block;
    sequence = transaction;
    last = 0;
    following = JournalBlock.HEADER_SIZE;
  }

  /** Whether there is no room for another tag. */
  public boolean isFull() {
    int uuid = last == 0 ? JournalTags.UUID_LENGTH : 0;
    return following + size + uuid > JournalBlock.contentEnd(bytes, journal);
  }

  /**
   * Adds a tag.
   *
   * @param block number of the block of the filesystem
   * @param copy as it goes into the log
   * @param escaped whether its first four bytes were taken from it
   */
  public void add(long block, MemorySegment copy, boolean escaped) {
    boolean first = last == 0;
    last = following;
    setBits32(bytes, last, (int) block);
    if (wide) {
      setBits32(bytes, last + JournalTags.T_BLOCKNR_HIGH, (int) (block >>> Integer.SIZE));
    }
    setFlags((escaped ? JournalTags.FLAG_ESCAPE : 0) | (first ? 0 : JournalTags.FLAG_SAME_UUID));
    if (journal.hasBlockChecksums()) {
      int checksum = JournalTags.checksum(copy, sequence, journal);
      if (version3) {
        setBits32(bytes, last + JournalTags.T3_CHECKSUM, checksum);
      } else {
        setBits16(bytes, last + JournalTags.T_CHECKSUM, checksum);
      }
    }
    following = last + size;
    if (first) {
      MemorySegment.copy(journal.uuid(), 0, bytes, following, JournalTags.UUID_LENGTH);
      following += JournalTags.UUID_LENGTH;
    }
  }

  private int flags() {
    return version3
        ? BigEndian.bits32(bytes, last + JournalTags.T3_FLAGS)
        : BigEndian.u16(bytes, last + JournalTags.T_FLAGS);
  }

  private void setFlags(int flags) {
    if (version3) {
      setBits32(bytes, last + JournalTags.T3_FLAGS, flags);
    } else {
      setBits16(bytes, last + JournalTags.T_FLAGS, flags);
    }
  }

  /** Ends the descriptor block, which has a tag at least. */
  public void end() {
    setFlags(flags() | JournalTags.FLAG_LAST);
    JournalBlock.sealTail(bytes, journal);
  }
}
