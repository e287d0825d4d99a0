package dev.ringside.driver;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Both sides of one ring, after a first request that went there and back: neither side wants to be
 * notified, and every event index lies behind. A sample of a jcstress test has one to itself.
 *
 * <p>jcstress makes samples by the thousand, so their memory is taken in turn from a pool; the pool
 * is larger than what one run has in hand ({@code -strideSize} times {@code -strideCount}).
 */
final class StressedRing {
  static final long SPLIT_FLAGS = 0;
  static final long SPLIT_EVENTS = Feature.EVENT_IDX.mask();
  static final long PACKED_FLAGS = Feature.RING_PACKED.mask();
  static final long PACKED_EVENTS = Feature.setOf(Feature.RING_PACKED, Feature.EVENT_IDX);

  /** What a sample says of data that arrived, or did not. */
  static final int NOTHING = 0;

  static final int WHOLE = 1;
  static final int TORN = 2;

  private static final int SIZE = 4;
  private static final int MAX_SEGMENTS = 1;
  private static final int POOL = 1 << 11;
  private static final int MEMORY_BYTES = 16 * GuestMemory.FRAME_SIZE;
  private static final long MARK = 0x0123_4567_89ab_cdefL;

  private static final GuestMemory[] MEMORIES =
      IntStream.range(0, POOL)
          .mapToObj(i -> GuestMemory.anonymous(MEMORY_BYTES))
          .toArray(GuestMemory[]::new);
  private static final AtomicInteger NEXT_MEMORY = new AtomicInteger();

  private final GuestMemory memory;
  private final DriverQueue driver;
  private final DeviceQueue device;
  private final DescriptorChain chain;
  private final long data;

  StressedRing(long features) {
    memory = MEMORIES[NEXT_MEMORY.getAndIncrement() & (POOL - 1)];
    FrameAllocator frames = new FrameAllocator(memory);
    RequestSlots slots = new RequestSlots(memory, frames, SIZE);
    driver =
        Feature.RING_PACKED.isIn(features)
            ? new PackedDriverQueue(memory, frames, SIZE, slots, MAX_SEGMENTS, features)
            : new SplitDriverQueue(
                memory,
                frames,
                RingAreas.separate(frames, SIZE),
                SIZE,
                slots,
                MAX_SEGMENTS,
                features);
    QueueConfig config = new QueueConfig(SIZE);
    config.setDescriptorArea(driver.descriptorArea());
    config.setDriverArea(driver.driverArea());
    config.setDeviceArea(driver.deviceArea());
    chain = new DescriptorChain(memory);
    data = frames.allocate(Long.BYTES);
    try {
      device = config.activate(memory, features);
      device.suppressKicks();
      driverSubmits(0);
      device.pop(chain);
    } catch (RingViolationException defect) {
      throw new AssertionError(defect);
    }
    device.addUsed(chain, 1);
    device.publishUsed();
    driver.nextUsed();
    driver.disableInterrupts();
  }

  /** One more request is in the device's hands. */
  StressedRing withRequestInDevice() {
    driverSubmits(1);
    deviceTakes();
    return this;
  }

  /** Writes the data, publishes a request with it, and says whether the device wants a kick. */
  boolean driverSubmits(int slot) {
    memory.setU64(data, MARK);
    driver.add(slot, data, Long.BYTES, slot != 0);
    driver.publish();
    return driver.wantsKick();
  }

  /** Takes a request, and says whether what the driver wrote is there. */
  int deviceTakes() {
    try {
      if (!device.pop(chain)) {
        return NOTHING;
      }
    } catch (RingViolationException torn) {
      return TORN;
    }
    boolean whole = chain.writable().bytes() == Long.BYTES + 1L && memory.getU64(data) == MARK;
    return whole ? WHOLE : TORN;
  }

  /** Asks for kicks; says whether a request is there already. */
  boolean deviceAsksForKicks() {
    try {
      return device.enableKicks();
    } catch (RingViolationException defect) {
      throw new AssertionError(defect);
    }
  }

  /** Writes data, gives the request back, and says whether the driver wants an interrupt. */
  boolean deviceCompletes() {
    memory.setU64(data, ~MARK);
    device.addUsed(chain, 1 + Long.BYTES);
    return device.publishUsed();
  }

  /** Takes the request back, and says whether what the device wrote is there. */
  int driverReaps() {
    int slot = driver.nextUsed();
    if (slot == DriverQueue.NONE) {
      return NOTHING;
    }
    return slot == 1 && memory.getU64(data) == ~MARK ? WHOLE : TORN;
  }

  /** Asks for an interrupt; says whether a request is done already. */
  boolean driverAsksForInterrupts() {
    return driver.enableInterrupts();
  }
}
