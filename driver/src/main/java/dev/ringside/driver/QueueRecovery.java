package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.GuestOutOfMemoryException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Stands between a queue and whoever uses it when the driver handles errors by itself: tries failed
 * requests again, resets a broken queue or device, and decides what becomes of the requests that
 * these had. A request is the driver's until its owner was told of its end, in the ring or here:
 *
 * <pre>
 *   submit -> ring -> answered well ----------------------------> owner
 *              ^        | badly: retries, until the backoff is over
 *              |        | not, and the ring was reset: reissues, or ended -> owner, in reap
 *              +--------+
 * </pre>
 *
 * <p>After a second reset the requests that lived through it go out one at a time: the one that
 * kills the device is alone then, and takes no other with it to the limit.
 *
 * <p>Owners are told inside {@link #reap} only. For the queue's task.
 */
final class QueueRecovery {
  private final DiskQueue queue;
  private final DeviceSession session;
  private final RingRenewal renewal;
  private final ErrorHandling handling;
  private final RecoveryPolicy policy;
  private final Clock clock;

  private final PriorityQueue<Retry> retries =
      new PriorityQueue<>(
          Comparator.comparingLong(Retry::due).thenComparingLong(retry -> retry.request().order()));

  private final ArrayDeque<BlockRequest> reissues = new ArrayDeque<>();
  private final ArrayDeque<EndedRequest> ended = new ArrayDeque<>();

  /** Whether {@link #reissues} go out one at a time. */
  private boolean singly;

  /** The queue was reset, and nothing has come back since. */
  private boolean resetInVain;

  /** Requests whose owners were told. */
  private long told;

  QueueRecovery(
      DiskQueue queue,
      DeviceSession session,
      RingRenewal renewal,
      DriverSettings settings,
      Clock clock) {
    this.queue = queue;
    this.session = session;
    this.renewal = renewal;
    this.handling = settings.errors();
    this.policy = settings.recovery();
    this.clock = clock;
  }

  /**
   * A request that waits to be tried again.
   *
   * @param due when, on the clock
   */
  private record Retry(BlockRequest request, long due) {}

  /** What {@link BlockDevice#submit} does. What goes out again goes before what is new. */
  boolean submit(BlockRequest request) {
    RuntimeException reason = session.dead();
    if (reason != null) {
      throw new BlockDeviceException("the device cannot be used any more: " + reason.getMessage());
    }
    notice();
    if (!reissues.isEmpty()) {
      return false;
    }
    request.forgetRepeats();
    return queue.put(request);
  }

  /** What {@link BlockDevice#kick} does. */
  void kick() {
    notice();
    queue.publish();
  }

  /** What {@link BlockDevice#reap} does. */
  int reap() {
    long before = told;
    notice();
    try {
      queue.reapRing();
    } catch (BlockDeviceException broken) {
      recover(broken);
    }
    for (EndedRequest one = ended.poll(); one != null; one = ended.poll()) {
      tell(one);
    }
    submitAgain();
    return Math.toIntExact(told - before);
  }

  /**
   * What {@link BlockDevice#await} does. A retry that is due while the ring is used waits for it.
   */
  void await() {
    await(CompletionWait.FOREVER);
  }

  /** What {@link DiskQueue#await(long)} does. */
  void await(long deadline) {
    notice();
    submitAgain();
    if (!ended.isEmpty()) {
      return;
    }
    Retry next = queue.inRing() > 0 ? null : retries.peek();
    try {
      queue.awaitRing(next == null ? deadline : Math.min(deadline, next.due()));
    } catch (BlockDeviceException broken) {
      recover(broken);
    }
  }

  /** How many requests are here, and not in the ring. */
  int waiting() {
    return retries.size() + reissues.size() + ended.size();
  }

  /** The device has given a request back. */
  void answered(BlockRequest request, BlockStatus status) {
    resetInVain = false;
    EndedRequest one = new EndedRequest(request, status);
    if (!triesAgain(one)) {
      tell(one);
    }
  }

  private void tell(EndedRequest one) {
    told++;
    queue.tell(one);
  }

  /** Notes a request for another try, if it is worth one. */
  private boolean triesAgain(EndedRequest one) {
    BlockRequest request = one.request();
    boolean again =
        one.status() != BlockStatus.OK
            && request.operation().isRepeatable()
            && session.dead() == null
            && handling.retries().allows(request.retries(), one.status());
    if (again) {
      long wait = handling.retries().backoffNs(request.retries());
      request.countRetry();
      queue.stats().retried();
      retries.add(new Retry(request, clock.nanoTime() + wait));
    }
    return again;
  }

  /** Another queue's task may have reset the device. */
  private void notice() {
    if (renewal.isStale()) {
      settle(renewal.renew());
    }
  }

  /**
   * Does what can help.
   *
   * @throws BlockDeviceException when the driver is not to recover by itself
   */
  private void recover(BlockDeviceException broken) {
    if (!handling.recovers()) {
      throw broken;
    }
    if (!renewal.isStale() && !resetQueue() && session.reset(renewal.epoch())) {
      session.wakeOthers(queue.number());
    }
    notice();
  }

  /** Resets the queue alone; false when that is impossible, or would not help. */
  private boolean resetQueue() {
    if (resetInVain || session.needsReset() || !session.canResetQueues()) {
      return false;
    }
    resetInVain = true;
    try {
      settle(renewal.stop());
      renewal.start();
      return true;
    } catch (BlockDeviceException | GuestOutOfMemoryException refused) {
      return false;
    }
  }

  /** Decides what becomes of the requests of a ring that was reset. */
  void settle(Leftovers leftovers) {
    for (EndedRequest one : leftovers.answered()) {
      if (!triesAgain(one)) {
        ended.add(one);
      }
    }
    // Those of the ring were submitted before those that still wait for it.
    List<BlockRequest> held = leftovers.unanswered();
    for (BlockRequest request : held.reversed()) {
      reissues.addFirst(request);
    }
    if (policy == RecoveryPolicy.FAIL || session.dead() != null) {
      reissues.forEach(this::giveUp);
      reissues.clear();
    } else {
      held.forEach(this::countReissue);
      reissues.removeIf(request -> request.reissues() > limit(request) && giveUp(request));
    }
    if (session.dead() != null) {
      retries.forEach(retry -> giveUp(retry.request()));
      retries.clear();
    }
  }

  private int limit(BlockRequest request) {
    return request.operation().isRepeatable() ? handling.reissueLimit() : 0;
  }

  private void countReissue(BlockRequest request) {
    request.countReissue();
    singly |= request.reissues() > 1;
  }

  private boolean giveUp(BlockRequest request) {
    queue.stats().gaveUp();
    return ended.add(new EndedRequest(request, BlockStatus.IO_ERROR));
  }

  /** Puts what is to go out again into the ring, as far as it has room. */
  private void submitAgain() {
    if (reissues.isEmpty() && retries.isEmpty()) {
      return;
    }
    boolean any = false;
    while (!reissues.isEmpty() && !(singly && queue.inRing() > 0) && put(reissues.getFirst())) {
      reissues.removeFirst();
      queue.stats().reissued();
      any = true;
    }
    singly &= !reissues.isEmpty();
    long now = clock.nanoTime();
    for (Retry next = retries.peek();
        next != null && next.due() - now <= 0 && put(next.request());
        next = retries.peek()) {
      retries.remove();
      any = true;
    }
    if (any) {
      queue.publish();
    }
  }

  /** False when the ring is full. A device that came up smaller does not take every request. */
  private boolean put(BlockRequest request) {
    try {
      return queue.put(request);
    } catch (IllegalArgumentException | GuestOutOfMemoryException refused) {
      return giveUp(request);
    }
  }
}
