package dev.ringside.driver;

/**
 * What becomes of the requests in flight when a device, or a queue of it, is reset and brought up
 * again.
 *
 * <p>None of them ends or goes out again before the device has confirmed the reset: what it began
 * cannot reach the disk after its owner was told of an end, nor after what its owner wrote since.
 *
 * <p>Requests that are in flight together have no order (virtio 1.4, section 5.2.6.2): who needs
 * one waits for the first before submitting the second. A request that is submitted again is in
 * flight for its owner all the while, so this holds across a reset, too. What a flush covered stays
 * covered: a completed write is in the device's cache or on the disk, and both outlive a reset; a
 * flush that had not ended covers, when it is submitted again, at least what had completed before
 * it.
 */
public enum RecoveryPolicy {
  /** They end with {@link BlockStatus#IO_ERROR}; what they wrote may be on the disk or not. */
  FAIL,
  /**
   * They are submitted once more, in the order in which they were submitted first, and end as the
   * device then says. Overlapping writes among them so leave what the last of them wrote. A {@link
   * BlockOperation#ZONE_APPEND}, which would write twice, ends with {@link BlockStatus#IO_ERROR}.
   */
  RESUBMIT
}
