package dev.ringside.driver;

import dev.ringside.machine.GuestOutOfMemoryException;
import java.util.ArrayList;
import java.util.List;

/**
 * How one queue goes on after a reset: with an empty ring in the place of the old one, whose
 * requests it takes back, and ends or submits again when nobody else handles errors.
 */
final class RingRenewal {
  private final DiskQueue disk;
  private final DeviceSession session;
  private final RequestRing ring;
  private final Submission submission;
  private final CompletionWait wait;
  private final DriverStats stats;
  private final RecoveryPolicy policy;

  /** Of the {@link #session}, when the ring was made. */
  private int epoch;

  RingRenewal(
      DiskQueue disk,
      DeviceSession session,
      RequestRing ring,
      Submission submission,
      CompletionWait wait,
      DriverStats stats,
      RecoveryPolicy policy) {
    this.disk = disk;
    this.session = session;
    this.ring = ring;
    this.submission = submission;
    this.wait = wait;
    this.stats = stats;
    this.policy = policy;
    this.epoch = session.epoch();
  }

  /** Whether the device was reset since the ring was made. */
  boolean isStale() {
    return session.epoch() != epoch;
  }

  /** The {@link DeviceSession#epoch} of the ring. */
  int epoch() {
    return epoch;
  }

  /**
   * Resets the queue alone; nothing can be submitted before {@link #start}.
   *
   * @return what the ring held
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; then nothing has changed
   */
  Leftovers stop() {
    session.stopQueue(disk.number(), epoch);
    return withdraw();
  }

  /**
   * Goes on with an empty ring.
   *
   * @throws BlockDeviceException when the device does not enable the queue again
   */
  void start() {
    replace(session.startQueue(disk.number(), epoch));
  }

  /**
   * After a reset of the device: goes on with an empty ring, if there is one.
   *
   * @return what the old ring held
   */
  Leftovers renew() {
    DeviceSession.Renewal renewal = session.renew(disk.number());
    epoch = renewal.epoch();
    Leftovers leftovers = withdraw();
    if (renewal.ring() != null) {
      submission.setLimits(renewal.limits());
      replace(renewal.ring());
    }
    return leftovers;
  }

  private Leftovers withdraw() {
    Leftovers leftovers = ring.withdraw(submission.withdraw());
    wait.abandoned();
    return leftovers;
  }

  private void replace(QueueSetup.Ring next) {
    ring.replace(next);
    wait.renewed();
    stats.recovered();
  }

  /** What becomes of requests that the device no longer holds, when nobody else handles errors. */
  void settle(Leftovers leftovers) {
    if (session.dead() != null) {
      giveUp(leftovers);
      return;
    }
    switch (policy) {
      case FAIL -> giveUp(leftovers);
      case RESUBMIT -> {
        leftovers.answered().forEach(disk::tell);
        resubmit(leftovers.unanswered());
      }
    }
  }

  /** Ends requests that no device will carry out. */
  void giveUp(Leftovers leftovers) {
    leftovers.answered().forEach(disk::tell);
    fail(leftovers.unanswered());
  }

  private void fail(List<BlockRequest> requests) {
    for (BlockRequest request : requests) {
      stats.gaveUp();
      disk.tell(new EndedRequest(request, BlockStatus.IO_ERROR));
    }
  }

  private void resubmit(List<BlockRequest> requests) {
    List<BlockRequest> refused = new ArrayList<>();
    for (BlockRequest request : requests) {
      request.countReissue();
      stats.reissued();
      try {
        if (!request.operation().isRepeatable() || !submission.put(request)) {
          refused.add(request);
        }
      } catch (IllegalArgumentException | GuestOutOfMemoryException beyondLimits) {
        refused.add(request);
      }
    }
    submission.publish();
    fail(refused);
  }
}
