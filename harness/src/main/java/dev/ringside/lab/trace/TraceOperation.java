package dev.ringside.lab.trace;

/** What a traced request wants of the disk. */
public enum TraceOperation {
  READ,
  /** Data to the disk; of no bytes when it stands for its flags only, as in an empty preflush. */
  WRITE,
  /** A cache flush without data, which blkparse prints as {@code FN}. */
  FLUSH,
  DISCARD,
  /** A command that bypasses the block layer's own operations, such as SCSI from user space. */
  PASSTHROUGH,
  /** None of these: plugs, driver-private requests, operations of newer kernels. */
  OTHER
}
