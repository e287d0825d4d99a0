package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.*;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import java.lang.foreign.MemorySegment;

/**
 * The first block of a journal: where the log begins, and what it is made of. Big-endian, as
 * everything in a journal:
 *
 * <pre>
 *  0x00 header (12)     0x0c blocksize    0x10 maxlen     0x14 first
 *  0x18 sequence        0x1c start        0x20 errno      0x24 feature_compat
 *  0x28 feature_incompat  0x2c feature_ro_compat          0x30 uuid (16)
 *  0x50 checksum_type   0x54 num_fc_blks  0x58 head       0xfc checksum
 * </pre>
 */
public final class JournalSuperblock {
  /** Bytes of the block that are its superblock. */
  public static final int SIZE = 1024;

  private static final int S_BLOCKSIZE = 0xc;
  private static final int S_MAXLEN = 0x10;
  private static final int S_FIRST = 0x14;
  private static final int S_SEQUENCE = 0x18;
  private static final int S_START = 0x1c;
  private static final int S_ERRNO = 0x20;
  private static final int S_FEATURE_COMPAT = 0x24;
  private static final int S_FEATURE_INCOMPAT = 0x28;
  private static final int S_FEATURE_RO_COMPAT = 0x2c;
  private static final int S_UUID = 0x30;
  private static final int S_CHECKSUM_TYPE = 0x50;
  private static final int S_NUM_FC_BLKS = 0x54;
  private static final int S_HEAD = 0x58;
  private static final int S_CHECKSUM = 0xfc;

  private static final int UUID_LENGTH = 16;
  private static final int CHECKSUM_TYPE_CRC32C = 4;

  /** Fast-commit blocks where the superblock leaves their number at 0. */
  private static final int DEFAULT_FAST_COMMIT_BLOCKS = 256;

  private static final String NAME = "journal superblock";

  private final MemorySegment bytes;
  private final boolean hasFeatures;
  private final int checksumSeed;

  private JournalSuperblock(MemorySegment bytes, int blockSize, long blocks)
      throws Ext4CorruptedException, Ext4UnsupportedException {
    this.bytes = bytes;
    JournalBlock type = JournalBlock.of(bytes);
    if (type != JournalBlock.SUPERBLOCK_V1 && type != JournalBlock.SUPERBLOCK_V2) {
      throw new Ext4CorruptedException(NAME, "the journal's first block is none");
    }
    this.hasFeatures = type == JournalBlock.SUPERBLOCK_V2;
    checkFeatures();
    this.checksumSeed = new Crc32c().start(Crc32c.INITIAL).add(bytes, S_UUID, UUID_LENGTH).value();
    checkChecksum();
    checkGeometry(blockSize, blocks);
  }

  /**
   * Reads and checks a superblock.
   *
   * @param source at least {@link #SIZE} bytes; they are copied
   * @param blockSize of the filesystem
   * @param blocks that the journal's file has
   * @throws Ext4CorruptedException when it is damaged
   * @throws Ext4UnsupportedException when the journal has a feature that is not known
   */
  public static JournalSuperblock parse(MemorySegment source, int blockSize, long blocks)
      throws Ext4CorruptedException, Ext4UnsupportedException {
    MemorySegment copy = MemorySegment.ofArray(new byte[SIZE]);
    MemorySegment.copy(source, 0, copy, 0, SIZE);
    return new JournalSuperblock(copy, blockSize, blocks);
  }

  private void checkFeatures() throws Ext4CorruptedException, Ext4UnsupportedException {
    if (!hasFeatures) {
      return;
    }
    int incompatible = bits32(bytes, S_FEATURE_INCOMPAT);
    for (JournalFeature feature : JournalFeature.values()) {
      if (!feature.isCompatible()) {
        incompatible &= ~feature.bit();
      }
    }
    if (incompatible != 0 || bits32(bytes, S_FEATURE_RO_COMPAT) != 0) {
      throw new Ext4UnsupportedException(
          "journal feature 0x%x".formatted(incompatible | bits32(bytes, S_FEATURE_RO_COMPAT)),
          "unknown, so the journal cannot be recovered");
    }
    if (has(JournalFeature.CSUM_V2) && has(JournalFeature.CSUM_V3)) {
      throw new Ext4CorruptedException(NAME, "it has checksums of version 2 and of version 3");
    }
    if (has(JournalFeature.CHECKSUM) && hasBlockChecksums()) {
      throw new Ext4CorruptedException(NAME, "it has checksums of version 1 and of a later one");
    }
  }

  private void checkChecksum() throws Ext4CorruptedException, Ext4UnsupportedException {
    if (!hasBlockChecksums()) {
      return;
    }
    int type = LittleEndian.u8(bytes, S_CHECKSUM_TYPE);
    if (type != CHECKSUM_TYPE_CRC32C) {
      throw new Ext4UnsupportedException("journal checksum", "unknown type " + type);
    }
    ChecksumMismatch.check(NAME, bits32(bytes, S_CHECKSUM), computeChecksum());
  }

  private int computeChecksum() {
    int rest = S_CHECKSUM + Integer.BYTES;
    return new Crc32c()
        .start(Crc32c.INITIAL)
        .add(bytes, 0, S_CHECKSUM)
        .addZeros(Integer.BYTES)
        .add(bytes, rest, SIZE - rest)
        .value();
  }

  /**
   * Computes the checksum, where the journal has one, and copies the superblock to its place.
   *
   * @param target starts where the journal does
   */
  public void sealInto(MemorySegment target) {
    if (hasBlockChecksums()) {
      setBits32(bytes, S_CHECKSUM, computeChecksum());
    }
    MemorySegment.copy(bytes, 0, target, 0, SIZE);
  }

  private void checkGeometry(int blockSize, long blocks) throws Ext4CorruptedException {
    if (u32(bytes, S_BLOCKSIZE) != blockSize) {
      throw new Ext4CorruptedException(
          NAME,
          "blocks of %d bytes in a filesystem with blocks of %d"
              .formatted(u32(bytes, S_BLOCKSIZE), blockSize));
    }
    if (u32(bytes, S_MAXLEN) > blocks) {
      throw new Ext4CorruptedException(
          NAME, "%d blocks in a file of %d".formatted(u32(bytes, S_MAXLEN), blocks));
    }
    if (first() < 1 || first() >= end()) {
      throw new Ext4CorruptedException(
          NAME, "the log is from block %d to %d".formatted(first(), end()));
    }
    if (needsRecovery() && (start() < first() || start() >= end())) {
      throw new Ext4CorruptedException(
          NAME,
          "the log is from block %d to %d, but starts at %d".formatted(first(), end(), start()));
    }
  }

  /** Whether the journal has a feature. */
  public boolean has(JournalFeature feature) {
    int word = feature.isCompatible() ? S_FEATURE_COMPAT : S_FEATURE_INCOMPAT;
    return hasFeatures && (bits32(bytes, word) & feature.bit()) != 0;
  }

  /** Whether descriptor, revoke and commit blocks have checksums of their own. */
  public boolean hasBlockChecksums() {
    return has(JournalFeature.CSUM_V2) || has(JournalFeature.CSUM_V3);
  }

  /** Where checksums of the journal's blocks start from. */
  int checksumSeed() {
    return checksumSeed;
  }

  /** Whether the log holds transactions. */
  public boolean needsRecovery() {
    return start() != 0;
  }

  /** The first block that the log may use, a block of the journal's file. */
  public long first() {
    return u32(bytes, S_FIRST);
  }

  /** The block behind the last one of the log, where it wraps to {@link #first}. */
  public long end() {
    long blocks = u32(bytes, S_MAXLEN);
    return has(JournalFeature.FAST_COMMIT) ? blocks - fastCommitBlocks() : blocks;
  }

  private long fastCommitBlocks() {
    long stated = u32(bytes, S_NUM_FC_BLKS);
    return stated == 0 ? DEFAULT_FAST_COMMIT_BLOCKS : stated;
  }

  /** The block where the oldest transaction begins; 0 when there is none. */
  public long start() {
    return u32(bytes, S_START);
  }

  /** The sequence number of the oldest transaction. */
  public int sequence() {
    return bits32(bytes, S_SEQUENCE);
  }

  /** Whether there is room for features: journals of the first version have none. */
  public boolean canHaveFeatures() {
    return hasFeatures;
  }

  /**
   * Turns a feature on. With the first one that brings checksums to the blocks of the journal, this
   * superblock gets one, too.
   *
   * @throws IllegalStateException when the superblock is of the first version
   */
  public void add(JournalFeature feature) {
    if (!hasFeatures) {
      throw new IllegalStateException("a journal of the first version has no features");
    }
    int word = feature.isCompatible() ? S_FEATURE_COMPAT : S_FEATURE_INCOMPAT;
    setBits32(bytes, word, bits32(bytes, word) | feature.bit());
    if (hasBlockChecksums()) {
      LittleEndian.putU8(bytes, S_CHECKSUM_TYPE, CHECKSUM_TYPE_CRC32C);
    }
  }

  /** The journal's identity, which a tag without {@code SAME_UUID} is followed by. */
  MemorySegment uuid() {
    return bytes.asSlice(S_UUID, UUID_LENGTH);
  }

  /** The error number with which a journal was stopped; 0 for one that was not. */
  public int error() {
    return -bits32(bytes, S_ERRNO);
  }

  /**
   * Remembers that the journal was stopped.
   *
   * @param number of the error, positive
   */
  public void setError(int number) {
    setBits32(bytes, S_ERRNO, -number);
  }

  /** The block where the next transaction goes when the log is empty, or {@link #first}. */
  public long head() {
    long stated = hasFeatures ? u32(bytes, S_HEAD) : 0;
    return stated >= first() && stated < end() ? stated : first();
  }

  /** Says where the oldest transaction begins, and which one it is. */
  public void setTail(long start, int sequence) {
    setBits32(bytes, S_START, (int) start);
    setBits32(bytes, S_SEQUENCE, sequence);
  }

  /**
   * Says that the log holds nothing.
   *
   * @param head the block where the next transaction goes
   * @param sequence its number
   */
  public void setEmpty(long head, int sequence) {
    setTail(0, sequence);
    if (hasFeatures) {
      setBits32(bytes, S_HEAD, (int) head);
    }
  }
}
