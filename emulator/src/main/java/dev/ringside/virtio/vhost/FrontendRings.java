package dev.ringside.virtio.vhost;

import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.QueueState;
import dev.ringside.virtio.transport.VirtioFunction;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which rings run. The frontend starts, stops, enables and disables each by itself; the function
 * behind them is brought up with the first one, and again when it was broken and all have stopped.
 */
final class FrontendRings implements AutoCloseable {
  private final List<FrontendRing> rings;
  private final FrontendMemory memory;
  private @Nullable VirtioFunction function;
  private @Nullable InFlightMemory inFlight;

  /** What the driver agreed to; null until it did. */
  private @Nullable Long features;

  /** Whether the driver is ready, where the frontend tells. */
  private boolean ready = true;

  FrontendRings(int count, FrontendMemory memory) {
    this.rings = IntStream.range(0, count).mapToObj(FrontendRing::new).toList();
    this.memory = memory;
  }

  /** What carries the device; once, before all else. */
  void attach(VirtioFunction carrier) {
    function = carrier;
  }

  private VirtioFunction function() {
    VirtioFunction carrier = function;
    if (carrier == null) {
      throw new IllegalStateException("no function is attached");
    }
    return carrier;
  }

  List<FrontendRing> all() {
    return rings;
  }

  /** A ring by the number that the frontend gives. */
  FrontendRing get(long number) throws RefusedRequestException {
    if (number < 0 || number >= rings.size()) {
      throw new RefusedRequestException("queue %d of %d".formatted(number, rings.size()));
    }
    return rings.get((int) number);
  }

  /** A ring that is not started, for what must not change while it is. */
  FrontendRing stopped(long number, String what) throws RefusedRequestException {
    FrontendRing ring = get(number);
    if (ring.started) {
      throw new RefusedRequestException("%s of queue %d, which is started".formatted(what, number));
    }
    return ring;
  }

  private boolean isAnyStarted() {
    return rings.stream().anyMatch(ring -> ring.started);
  }

  /**
   * The driver has agreed to these features. What it agreed to before can change while no ring is
   * started.
   */
  void agree(long chosen) throws RefusedRequestException {
    Long before = features;
    if (before != null && before == chosen && !function().needsReset()) {
      return;
    }
    if (isAnyStarted()) {
      throw new RefusedRequestException("features that change while a queue is started");
    }
    features = null;
    negotiate(chosen);
    features = chosen;
  }

  private void negotiate(long chosen) throws RefusedRequestException {
    VirtioFunction carrier = function();
    if (carrier.status() != DeviceStatus.RESET) {
      carrier.reset();
    }
    int status = DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER;
    carrier.writeStatus(status);
    carrier.writeDriverFeatures(0, (int) chosen);
    carrier.writeDriverFeatures(1, (int) (chosen >>> Integer.SIZE));
    carrier.writeStatus(status | DeviceStatus.FEATURES_OK);
    if ((carrier.status() & DeviceStatus.FEATURES_OK) == 0) {
      throw new RefusedRequestException(
          "the device cannot work with features 0x%x (%s)"
              .formatted(chosen, Feature.describe(chosen)));
    }
  }

  /** Whether the frontend says that the driver is ready; it is when the frontend never says. */
  void setReady(boolean now) throws RefusedRequestException {
    ready = now;
    settleAll();
  }

  /** Where chains in flight are noted from now on; no ring is started. */
  void noteInFlight(InFlightMemory where) throws RefusedRequestException {
    if (isAnyStarted()) {
      throw new RefusedRequestException("an inflight region while a queue is started");
    }
    if (inFlight != null) {
      inFlight.close();
    }
    inFlight = where;
  }

  /** Whether a backend before this one may have left a ring in the middle of something. */
  boolean isLeft(FrontendRing ring) {
    InFlightMemory noted = inFlight;
    return ring.isResumed() || (noted != null && noted.isUsed(ring.number));
  }

  /** A ring is kicked for the first time, or goes on without. */
  void start(FrontendRing ring) throws RefusedRequestException {
    ring.started = true;
    settle(ring);
  }

  void setEnabled(FrontendRing ring, boolean now) throws RefusedRequestException {
    ring.enabled = now;
    settle(ring);
  }

  void settleAll() throws RefusedRequestException {
    for (FrontendRing ring : rings) {
      settle(ring);
    }
  }

  /** Lets a ring run or halt, whenever one of the conditions has changed. */
  private void settle(FrontendRing ring) throws RefusedRequestException {
    boolean run = ring.started && ring.enabled && ready && features != null;
    if (run && !ring.running) {
      run(ring);
    } else if (!run && ring.running) {
      halt(ring);
    }
  }

  private void run(FrontendRing ring) throws RefusedRequestException {
    Long agreed = features;
    if (agreed == null || ring.kick == null) {
      return;
    }
    VirtioFunction carrier = function();
    if (carrier.needsReset()) {
      if (rings.stream().anyMatch(other -> other.running)) {
        return;
      }
      negotiate(agreed);
    }
    QueueState state = ring.state(memory, agreed);
    if (state.size() > maxSize(carrier, ring)) {
      throw new RefusedRequestException(
          "queue %d has %d descriptors, more than %d"
              .formatted(ring.number, state.size(), maxSize(carrier, ring)));
    }
    carrier.writeStatus(carrier.status() | DeviceStatus.DRIVER_OK);
    try {
      carrier.resumeQueue(ring.number, state, ring.account(inFlight, agreed));
    } catch (DeviceStateException refused) {
      throw new RefusedRequestException("queue %d".formatted(ring.number), refused);
    }
    ring.running = true;
  }

  private static int maxSize(VirtioFunction carrier, FrontendRing ring) {
    var queue = carrier.queue(ring.number);
    return queue == null ? 0 : queue.maxSize();
  }

  /** Finishes what is in flight. */
  private void halt(FrontendRing ring) {
    ring.running = false;
    QueueState left = function().drainQueue(ring.number);
    if (left != null) {
      ring.leave(left, isPacked());
    }
  }

  private boolean isPacked() {
    Long agreed = features;
    return agreed != null && Feature.RING_PACKED.isIn(agreed);
  }

  /**
   * The frontend stops a ring, and takes over its kicks.
   *
   * @return where it was left
   */
  int stop(FrontendRing ring) {
    if (ring.running) {
      halt(ring);
    }
    ring.started = false;
    ring.closeKick();
    return ring.base();
  }

  /** Something that a running ring must not see. */
  interface Change {
    void make() throws RefusedRequestException;
  }

  /** Halts all rings, makes a change, and lets them go on with what they find then. */
  void whileHalted(Change change) throws RefusedRequestException {
    for (FrontendRing ring : rings) {
      if (ring.running) {
        halt(ring);
      }
    }
    change.make();
    settleAll();
  }

  /** The device is reset: no ring is started or enabled, and nothing is agreed on. */
  void reset() {
    function().reset();
    for (FrontendRing ring : rings) {
      ring.running = false;
      ring.started = false;
      ring.enabled = false;
      ring.closeKick();
    }
    features = null;
  }

  /** The rule that the driver broke, or null. */
  @Nullable RingViolationException violation() {
    return function().violation();
  }

  boolean needsReset() {
    return function().needsReset();
  }

  /** Ends the device's work, though one of its tasks may have failed, which is told. */
  @Override
  public void close() {
    try {
      function().reset();
    } finally {
      rings.forEach(FrontendRing::close);
      if (inFlight != null) {
        inFlight.close();
      }
    }
  }
}
