package dev.ringside.ext4.cache;

/**
 * Folios on their way to the disk, as part of a batch that may serve others before and after.
 *
 * @param epoch of the batch when they were added
 */
public record FolioWrite(IoBatch batch, int epoch) {
  /** What has just been added to a batch. */
  public FolioWrite(IoBatch batch) {
    this(batch, batch.epoch());
  }

  /** Whether they have arrived, or failed to. */
  public boolean isDone() {
    return batch.epoch() != epoch;
  }
}
