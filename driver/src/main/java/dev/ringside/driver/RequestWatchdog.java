package dev.ringside.driver;

import dev.ringside.machine.Clock;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Knows how long the device has had its requests, and says so when that is too long. It looks at
 * requests only every quarter of the timeout, so that one may be late by as much.
 */
final class RequestWatchdog {
  /** How often a driver looks by itself within the timeout: what a lost interrupt costs. */
  private static final int LOOKS_PER_TIMEOUT = 4;

  /** Requests that a message names; the others are counted. */
  private static final int NAMED_REQUESTS = 4;

  private final Clock clock;
  private final long timeoutNs;
  private final long intervalNs;
  private long nextLook;

  /**
   * A watch that begins now.
   *
   * @param timeoutNs 0 for none
   */
  RequestWatchdog(Clock clock, long timeoutNs) {
    this.clock = clock;
    this.timeoutNs = timeoutNs;
    this.intervalNs = Math.max(1, timeoutNs / LOOKS_PER_TIMEOUT);
    this.nextLook = clock.nanoTime() + intervalNs;
  }

  boolean isOn() {
    return timeoutNs > 0;
  }

  /** How long a wait may go on before the driver looks by itself; 0 or less when it is time. */
  long untilNextLook() {
    return nextLook - clock.nanoTime();
  }

  /** When the driver looks by itself. */
  long nextLook() {
    return nextLook;
  }

  /** The driver looks; the next time is an interval away. */
  void looked() {
    nextLook = clock.nanoTime() + intervalNs;
  }

  /**
   * The device is about to learn of requests. Those that were held back for as long as lies between
   * two looks count from now, and the others from their submission.
   *
   * @param first the {@link BlockRequest#order} of the first of them
   * @param since when it was submitted
   */
  void announced(RequestSlots slots, long first, long since) {
    long now = clock.nanoTime();
    if (now - since >= intervalNs) {
      for (BlockRequest request : slots.inFlight()) {
        if (request.order() >= first) {
          request.announced(now);
        }
      }
    }
  }

  /**
   * Looks for requests that the device has had for too long.
   *
   * @param held the {@link BlockRequest#order} of the first that it does not know
   * @throws BlockDeviceException that names them
   */
  void check(RequestSlots slots, long held) {
    long now = clock.nanoTime();
    List<BlockRequest> stuck =
        slots.inFlight().stream()
            .filter(request -> request.order() < held && now - request.issuedAt() >= timeoutNs)
            .toList();
    if (!stuck.isEmpty()) {
      throw new BlockDeviceException(
          "%d requests have not ended within %d ns: %s%s"
              .formatted(
                  stuck.size(),
                  timeoutNs,
                  stuck.stream()
                      .limit(NAMED_REQUESTS)
                      .map(BlockRequest::toString)
                      .collect(Collectors.joining("; ")),
                  stuck.size() > NAMED_REQUESTS ? "; ..." : ""));
    }
  }
}
