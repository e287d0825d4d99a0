package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU32;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The flag {@code needs_recovery} in the bytes of a superblock. It is the one thing that is written
 * to the superblock beside the journal, and it lies in another sector than the checksum: a crash
 * may leave one of them new and the other old. Because such a write changes nothing else, what it
 * leaves is known by its checksum, which is right for the other value of the flag.
 */
public final class RecoveryMark {
  private RecoveryMark() {}

  /**
   * Changes the flag and nothing else, but for the checksum where the filesystem has one.
   *
   * @param superblock its {@link Superblock#SIZE} bytes
   */
  public static void set(MemorySegment superblock, boolean needed) {
    int word = bits32(superblock, Superblock.S_FEATURE_INCOMPAT);
    int bit = Feature.RECOVER.bit();
    putU32(superblock, Superblock.S_FEATURE_INCOMPAT, needed ? word | bit : word & ~bit);
    int others = bits32(superblock, Superblock.S_FEATURE_RO_COMPAT);
    if ((others & Feature.METADATA_CSUM.bit()) != 0) {
      putU32(superblock, Superblock.S_CHECKSUM, Superblock.computeChecksum(superblock));
    }
  }

  /**
   * Makes whole what a crash in the middle of {@link #set} has left: whichever value of the flag
   * was to be written, its journal has to be looked at.
   *
   * @param torn bytes of a superblock whose checksum is wrong; they stay as they are
   * @return the bytes with the flag set and the right checksum; empty when they are wrong in
   *     another way
   */
  public static Optional<MemorySegment> mend(MemorySegment torn) {
    MemorySegment other = MemorySegment.ofArray(new byte[Superblock.SIZE]);
    MemorySegment.copy(torn, 0, other, 0, Superblock.SIZE);
    int stored = bits32(other, Superblock.S_CHECKSUM);
    set(other, (bits32(other, Superblock.S_FEATURE_INCOMPAT) & Feature.RECOVER.bit()) == 0);
    if (bits32(other, Superblock.S_CHECKSUM) != stored) {
      return Optional.empty();
    }
    set(other, true);
    return Optional.of(other);
  }
}
