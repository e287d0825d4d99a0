package dev.ringside.driver;

/** What becomes of the requests in flight when a device is reset and brought up again. */
public enum RecoveryPolicy {
  /** They end with {@link BlockStatus#IO_ERROR}; what they wrote may be on the disk or not. */
  FAIL,
  /** They are submitted once more, and end as the device then says. */
  RESUBMIT
}
