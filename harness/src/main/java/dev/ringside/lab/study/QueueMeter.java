package dev.ringside.lab.study;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows the requests of one queue from event to event. What the ring calls a request is its key;
 * it may be used again as soon as the request has ended.
 */
final class QueueMeter {
  /** No worker has begun to serve it. */
  private static final int NOBODY = -1;

  private static final int INITIAL = 64;

  private final StageLatencies latencies;
  private final Gauge occupancy;
  private final Gauge inService;

  // By the heads of chains.
  private boolean[] inRing = new boolean[INITIAL];
  private long[] arrivedAt = new long[INITIAL];
  private long[] submittedAt = new long[INITIAL];
  private long[] publishedAt = new long[INITIAL];
  private long[] poppedAt = new long[INITIAL];
  private long[] begunAt = new long[INITIAL];
  private long[] endedAt = new long[INITIAL];
  private long[] bytes = new long[INITIAL];
  private boolean[] waitsForService = new boolean[INITIAL];
  private int[] server = new int[INITIAL];

  /** Requests that a chain carries besides the first: when they arrived; null for none. */
  private @Nullable LongFifo[] others = new @Nullable LongFifo[INITIAL];

  /** When requests arrived that are not in the ring yet. */
  private final LongFifo arrivals = new LongFifo();

  /** Heads whose available index is not published yet. */
  private final LongFifo unpublished = new LongFifo();

  /** When used entries were published that are not reaped yet, an element each. */
  private final LongFifo used = new LongFifo();

  private long requests;
  private long bytesMoved;
  private long ringTime;

  QueueMeter(StageLatencies latencies, Gauge occupancy, Gauge inService) {
    this.latencies = latencies;
    this.occupancy = occupancy;
    this.inService = inService;
    Arrays.fill(server, NOBODY);
  }

  /** A request has arrived that will be submitted after those before it. */
  void arrive(long time) {
    arrivals.add(time);
  }

  /** When the request arrived that is submitted next, if that was before now. */
  long nextArrival(long now) {
    return arrivals.isEmpty() ? now : Math.min(now, arrivals.first());
  }

  void submit(long now, int head, long dataBytes) {
    if (head >= inRing.length) {
      grow(head);
    }
    if (inRing[head]) {
      throw new IllegalStateException("head %d is in the ring twice".formatted(head));
    }
    inRing[head] = true;
    arrivedAt[head] = arrivals.isEmpty() ? now : arrivals.take();
    submittedAt[head] = now;
    poppedAt[head] = now;
    begunAt[head] = now;
    endedAt[head] = now;
    bytes[head] = dataBytes;
    server[head] = NOBODY;
    waitsForService[head] = false;
    unpublished.add(head);
    occupancy.add(now, 1);
  }

  /** The chain that was just submitted carries several requests. */
  void join(long now, int head, long count) {
    if (!isInRing(head)) {
      return;
    }
    LongFifo joined = others[head];
    if (joined == null) {
      joined = new LongFifo();
      others[head] = joined;
    }
    for (long i = 1; i < count; i++) {
      joined.add(arrivals.isEmpty() ? now : arrivals.take());
      occupancy.add(now, 1);
    }
  }

  /** How many requests a chain carries. */
  private int carried(int head) {
    LongFifo joined = others[head];
    return joined == null ? 1 : 1 + joined.size();
  }

  /**
   * The available index is published.
   *
   * @return how many requests it shows to the device
   */
  long publish(long now) {
    long count = 0;
    while (!unpublished.isEmpty()) {
      int head = (int) unpublished.take();
      publishedAt[head] = now;
      count += carried(head);
    }
    return count;
  }

  void pop(long now, int head) {
    if (!isInRing(head)) {
      return;
    }
    poppedAt[head] = now;
    begunAt[head] = now;
    endedAt[head] = now;
    waitsForService[head] = true;
  }

  /** Since when a request waits for its service; {@link Long#MAX_VALUE} when it does not. */
  long waitsSince(int head) {
    return isInRing(head) && waitsForService[head] ? poppedAt[head] : Long.MAX_VALUE;
  }

  void begin(long now, int head, int track) {
    if (!isInRing(head)) {
      return;
    }
    begunAt[head] = now;
    endedAt[head] = now;
    waitsForService[head] = false;
    server[head] = track;
    inService.add(now, 1);
  }

  boolean isServedBy(int head, int track) {
    return isInRing(head) && server[head] == track;
  }

  void end(long now, int head) {
    if (!isInRing(head) || server[head] == NOBODY) {
      return;
    }
    endedAt[head] = now;
    server[head] = NOBODY;
    inService.add(now, -1);
  }

  void use(long now, long entries) {
    for (long i = 0; i < entries; i++) {
      used.add(now);
    }
  }

  void reap(long now, int head) {
    // Used entries are reaped in the order of the ring, in which they were published.
    long usedAt = used.isEmpty() ? now : used.take();
    if (!isInRing(head)) {
      return;
    }
    // A faulty device may publish what it has not served.
    long served = Math.min(endedAt[head], usedAt);
    long begun = Math.min(begunAt[head], served);
    long popped = Math.min(poppedAt[head], begun);
    leave(now, head);
    end(now, head, arrivedAt[head], popped, begun, served, usedAt);
    LongFifo joined = others[head];
    while (joined != null && !joined.isEmpty()) {
      end(now, head, joined.take(), popped, begun, served, usedAt);
    }
    bytesMoved += bytes[head];
  }

  /** A request has ended; those of one chain differ in their arrival alone. */
  private void end(
      long now, int head, long arrived, long popped, long begun, long served, long usedAt) {
    latencies.add(Stage.ARRIVE_TO_SUBMIT, submittedAt[head] - arrived);
    latencies.add(Stage.SUBMIT_TO_PUBLISH, publishedAt[head] - submittedAt[head]);
    latencies.add(Stage.PUBLISH_TO_POP, popped - publishedAt[head]);
    latencies.add(Stage.POP_TO_SERVICE, begun - popped);
    latencies.add(Stage.SERVICE, served - begun);
    latencies.add(Stage.SERVICE_TO_USED, usedAt - served);
    latencies.add(Stage.USED_TO_REAP, now - usedAt);
    latencies.add(Stage.TOTAL, now - arrived);
    requests++;
  }

  /**
   * The ring is gone, and what it held will be submitted again or has failed: it has arrived, when
   * it did, and is not in the ring.
   */
  void withdraw(long now) {
    LongFifo behind = new LongFifo();
    while (!arrivals.isEmpty()) {
      behind.add(arrivals.take());
    }
    for (int head = 0; head < inRing.length; head++) {
      if (inRing[head]) {
        end(now, head);
        leave(now, head);
        arrivals.add(arrivedAt[head]);
        LongFifo joined = others[head];
        while (joined != null && !joined.isEmpty()) {
          arrivals.add(joined.take());
        }
      }
    }
    while (!behind.isEmpty()) {
      arrivals.add(behind.take());
    }
    unpublished.clear();
    used.clear();
  }

  private void leave(long now, int head) {
    int count = carried(head);
    inRing[head] = false;
    ringTime += (now - submittedAt[head]) * count;
    occupancy.add(now, -count);
  }

  private boolean isInRing(int head) {
    return head >= 0 && head < inRing.length && inRing[head];
  }

  private void grow(int head) {
    int size = Math.max(head + 1, 2 * inRing.length);
    inRing = Arrays.copyOf(inRing, size);
    arrivedAt = Arrays.copyOf(arrivedAt, size);
    submittedAt = Arrays.copyOf(submittedAt, size);
    publishedAt = Arrays.copyOf(publishedAt, size);
    poppedAt = Arrays.copyOf(poppedAt, size);
    begunAt = Arrays.copyOf(begunAt, size);
    endedAt = Arrays.copyOf(endedAt, size);
    bytes = Arrays.copyOf(bytes, size);
    waitsForService = Arrays.copyOf(waitsForService, size);
    others = Arrays.copyOf(others, size);
    int known = server.length;
    server = Arrays.copyOf(server, size);
    Arrays.fill(server, known, size, NOBODY);
  }

  /** Requests that ended. */
  long requests() {
    return requests;
  }

  long bytesMoved() {
    return bytesMoved;
  }

  /** What each request spent in the ring, summed request by request, in nanoseconds. */
  long ringTime() {
    return ringTime;
  }
}
