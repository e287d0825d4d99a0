package dev.ringside.driver;

/**
 * What a driver does by itself when requests or the device go wrong.
 *
 * <p>A driver that recovers raises no {@link BlockDeviceException} for a device that can be brought
 * up again. It takes the smallest step that can help, and the next one when that was in vain:
 *
 * <pre>
 *   a quarter of the timeout   look at the used ring (a lost interrupt), notify once more (a lost kick)
 *   the timeout, or nonsense   reset the queue, where RING_RESET was agreed on
 *   NEEDS_RESET, or in vain    reset the device, and every queue of it
 *   it does not come up        every request ends with IO_ERROR, and submit says why
 * </pre>
 *
 * <p>What the device had is then failed or submitted again, as {@link RecoveryPolicy} says.
 * Timeouts need {@link DriverSettings#requestTimeoutNs}.
 *
 * @param retries which requests that the device has failed are tried again
 * @param recovers whether a broken queue or device is reset; otherwise whoever uses it is told, and
 *     calls {@link VirtioBlkDriver#recover}
 * @param reissueLimit how often one request survives such a reset; after that it ends with {@link
 *     BlockStatus#IO_ERROR}, so that a request that kills its device does not do so for ever. 0 or
 *     more
 */
public record ErrorHandling(RetryPolicy retries, boolean recovers, int reissueLimit) {
  /** Every error reaches whoever uses the driver. */
  public static final ErrorHandling OFF = new ErrorHandling(RetryPolicy.NEVER, false, 0);

  /** Three tries more for a request, the first after 100 us, and a device that is brought up. */
  public static final ErrorHandling ON =
      new ErrorHandling(RetryPolicy.ofErrors(3, 100_000), true, 3);

  public ErrorHandling {
    if (reissueLimit < 0) {
      throw new IllegalArgumentException("%d reissues".formatted(reissueLimit));
    }
  }

  /** Whether there is anything to do. */
  boolean isOn() {
    return recovers || retries.limit() > 0;
  }
}
