package dev.ringside.blk;

/**
 * How much a disk's cells are rated to take. Every byte passes single-level cells, as a write
 * buffer, on its way to multi-level ones.
 *
 * @param singleLevelBytes that can be written before the single-level cells are worn out; 0 when
 *     there are none
 * @param multiLevelBytes the same for multi-level cells
 */
public record Endurance(long singleLevelBytes, long multiLevelBytes) {
  public Endurance {
    if (singleLevelBytes < 0 || multiLevelBytes < 0 || singleLevelBytes + multiLevelBytes == 0) {
      throw new IllegalArgumentException(
          "endurance of %d and %d bytes".formatted(singleLevelBytes, multiLevelBytes));
    }
  }
}
