package dev.ringside.blk;

import org.jspecify.annotations.Nullable;

/**
 * What kind of disk a virtio-blk device shows to its driver.
 *
 * @param serial what GET_ID returns, up to 20 ASCII characters
 * @param blockSize {@code blk_size} in bytes, a power of two of 512 or more. The protocol's unit
 *     stays a sector of 512 bytes, and requests that are not aligned to blocks are carried out: the
 *     block size is advice (virtio 1.4, section 5.2.5)
 * @param physicalBlockSize in bytes, a power of two of {@code blockSize} or more
 * @param optimalIoSize suggested maximum in bytes, a multiple of {@code blockSize}; 0 for none
 * @param maxSegmentBytes {@code size_max}
 * @param writeback the cache mode after a reset; see {@code VirtioBlkDevice}
 * @param discard what a DISCARD may cover
 * @param writeZeroes what a WRITE_ZEROES may cover
 * @param secureErase what a SECURE_ERASE may cover
 * @param endurance null when the disk does not wear
 * @param zones null when the disk has none
 */
public record DiskProfile(
    String serial,
    int blockSize,
    int physicalBlockSize,
    int optimalIoSize,
    int maxSegmentBytes,
    boolean writeback,
    RangeLimits discard,
    RangeLimits writeZeroes,
    RangeLimits secureErase,
    @Nullable Endurance endurance,
    @Nullable ZoneLayout zones) {
  private static final int MIN_BLOCK_SIZE = 512;
  private static final int MAX_SERIAL = 20;

  /** {@code physical_block_exp} and {@code min_io_size} must fit their fields. */
  private static final int MAX_BLOCKS_PER_PHYSICAL = 1 << 15;

  /** Blocks of 512 bytes on physical ones of 4 KiB, with a writeback cache, and no zones. */
  public static final DiskProfile DEFAULT =
      new DiskProfile(
          "ringside-0",
          MIN_BLOCK_SIZE,
          4096,
          1 << 20,
          1 << 30,
          true,
          RangeLimits.DEFAULT,
          RangeLimits.DEFAULT,
          RangeLimits.DEFAULT,
          null,
          null);

  public DiskProfile {
    if (serial.length() > MAX_SERIAL) {
      throw new IllegalArgumentException("serial %s: more than 20 characters".formatted(serial));
    }
    if (blockSize < MIN_BLOCK_SIZE
        || Integer.bitCount(blockSize) != 1
        || Integer.bitCount(physicalBlockSize) != 1
        || physicalBlockSize < blockSize
        || physicalBlockSize / blockSize > MAX_BLOCKS_PER_PHYSICAL) {
      throw new IllegalArgumentException(
          "blocks of %d bytes on physical ones of %d".formatted(blockSize, physicalBlockSize));
    }
    if (optimalIoSize < 0 || optimalIoSize % blockSize != 0) {
      throw new IllegalArgumentException("optimal I/O of %d bytes".formatted(optimalIoSize));
    }
    if (maxSegmentBytes < blockSize) {
      throw new IllegalArgumentException("segments of %d bytes".formatted(maxSegmentBytes));
    }
  }

  public DiskProfile withSerial(String text) {
    return new DiskProfile(
        text,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        maxSegmentBytes,
        writeback,
        discard,
        writeZeroes,
        secureErase,
        endurance,
        zones);
  }

  /** The same with other block sizes and no optimal size. */
  public DiskProfile withBlockSizes(int logical, int physical) {
    return new DiskProfile(
        serial,
        logical,
        physical,
        0,
        maxSegmentBytes,
        writeback,
        discard,
        writeZeroes,
        secureErase,
        endurance,
        zones);
  }

  public DiskProfile withMaxSegmentBytes(int bytes) {
    return new DiskProfile(
        serial,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        bytes,
        writeback,
        discard,
        writeZeroes,
        secureErase,
        endurance,
        zones);
  }

  public DiskProfile withWriteback(boolean volatileWrites) {
    return new DiskProfile(
        serial,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        maxSegmentBytes,
        volatileWrites,
        discard,
        writeZeroes,
        secureErase,
        endurance,
        zones);
  }

  /** The same with other limits for DISCARD, WRITE_ZEROES and SECURE_ERASE. */
  public DiskProfile withRanges(RangeLimits discards, RangeLimits zeroes, RangeLimits erases) {
    return new DiskProfile(
        serial,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        maxSegmentBytes,
        writeback,
        discards,
        zeroes,
        erases,
        endurance,
        zones);
  }

  public DiskProfile withEndurance(@Nullable Endurance rated) {
    return new DiskProfile(
        serial,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        maxSegmentBytes,
        writeback,
        discard,
        writeZeroes,
        secureErase,
        rated,
        zones);
  }

  public DiskProfile withZones(@Nullable ZoneLayout layout) {
    return new DiskProfile(
        serial,
        blockSize,
        physicalBlockSize,
        optimalIoSize,
        maxSegmentBytes,
        writeback,
        discard,
        writeZeroes,
        secureErase,
        endurance,
        layout);
  }
}
