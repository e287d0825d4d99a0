package dev.ringside.virtio.queue;

/** The driver broke the rules of a virtqueue; the device stops and needs a reset. */
public final class RingViolationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RingViolation violation;

  /**
   * Records a violation.
   *
   * @param detail the numbers that broke the rule
   */
  public RingViolationException(RingViolation violation, String detail) {
    super(
        "%s: %s (virtio 1.4, section %s)"
            .formatted(violation.description(), detail, violation.section()));
    this.violation = violation;
  }

  /** Which rule was broken. */
  public RingViolation violation() {
    return violation;
  }
}
