package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.*;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * A commit block: header, kind and size of the checksum, eight words for it, and the time.
 *
 * <pre>
 *  0x0c chksum_type (1)  0x0d chksum_size (1)  0x10 chksum[8]  0x30 commit_sec (8)  0x38 commit_nsec
 * </pre>
 */
public final class JournalCommit {
  private static final int H_CHKSUM_TYPE = 0xc;
  private static final int H_CHKSUM_SIZE = 0xd;
  private static final int H_CHKSUM = 0x10;
  private static final int H_COMMIT_SEC = 0x30;
  private static final int H_COMMIT_NSEC = 0x38;

  /** {@code chksum_type} of a CRC-32 over the transaction. */
  private static final int CHECKSUM_CRC32 = 1;

  private final MemorySegment bytes;

  /** Looks at a commit block. */
  public JournalCommit(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /**
   * Makes a block a commit.
   *
   * @param target a block
   * @param sequence number of the transaction
   * @param transaction over all descriptor blocks and copies of the transaction, in their order;
   *     used where the journal has checksums of the first kind
   */
  public static void write(
      MemorySegment target,
      int sequence,
      Instant time,
      JournalSuperblock journal,
      Crc32BigEndian transaction) {
    JournalBlock.COMMIT.begin(target, sequence);
    setBits64(target, H_COMMIT_SEC, time.getEpochSecond());
    setBits32(target, H_COMMIT_NSEC, time.getNano());
    if (journal.hasBlockChecksums()) {
      setBits32(target, H_CHKSUM, checksum(target, journal));
    } else if (journal.has(JournalFeature.CHECKSUM)) {
      LittleEndian.putU8(target, H_CHKSUM_TYPE, CHECKSUM_CRC32);
      LittleEndian.putU8(target, H_CHKSUM_SIZE, Integer.BYTES);
      setBits32(target, H_CHKSUM, transaction.value());
    }
  }

  /** Seconds since 1970 when the transaction was committed. */
  public long seconds() {
    return bits64(bytes, H_COMMIT_SEC);
  }

  /** Whether the block's own checksum is right, if the journal's blocks have any. */
  public boolean isSound(JournalSuperblock journal) {
    if (!journal.hasBlockChecksums()) {
      return true;
    }
    return checksum(bytes, journal) == bits32(bytes, H_CHKSUM);
  }

  private static int checksum(MemorySegment bytes, JournalSuperblock journal) {
    long rest = H_CHKSUM + Integer.BYTES;
    return new Crc32c()
        .start(journal.checksumSeed())
        .add(bytes, 0, H_CHKSUM)
        .addZeros(Integer.BYTES)
        .add(bytes, rest, bytes.byteSize() - rest)
        .value();
  }

  /**
   * Whether the transaction's checksum of the first kind is right. A commit that states none
   * passes, as one of a journal without them does.
   *
   * @param transaction over all descriptor blocks and copies of the transaction, in their order
   */
  public boolean matches(JournalSuperblock journal, Crc32BigEndian transaction) {
    if (!journal.has(JournalFeature.CHECKSUM)) {
      return true;
    }
    int type = LittleEndian.u8(bytes, H_CHKSUM_TYPE);
    int size = LittleEndian.u8(bytes, H_CHKSUM_SIZE);
    int stated = bits32(bytes, H_CHKSUM);
    if (type == 0 && size == 0 && stated == 0) {
      return true;
    }
    return type == CHECKSUM_CRC32 && size == Integer.BYTES && stated == transaction.value();
  }
}
