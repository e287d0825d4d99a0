package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which used chain the device raises its interrupt with when the driver asks for a share. */
class DelayedInterruptTest {
  private static final int SIZE = 32;

  /** Both sides of a ring, with everything published in the device's hands. */
  private static final class Ring {
    final DriverQueue driver;
    private final DeviceQueue device;
    private final GuestMemory memory;
    private final long data;
    private final RequestSlots slots;
    private final List<DescriptorChain> popped = new ArrayList<>();

    Ring(GuestMemory memory, long features) throws RingViolationException {
      this.memory = memory;
      FrameAllocator frames = new FrameAllocator(memory);
      slots = new RequestSlots(memory, frames, SIZE);
      data = frames.allocate(512);
      driver =
          Feature.RING_PACKED.isIn(features)
              ? new PackedDriverQueue(memory, frames, SIZE, slots, 1, features)
              : new SplitDriverQueue(
                  memory, frames, RingAreas.separate(frames, SIZE), SIZE, slots, 1, features);
      QueueConfig config = new QueueConfig(SIZE);
      config.setDescriptorArea(driver.descriptorArea());
      config.setDriverArea(driver.driverArea());
      config.setDeviceArea(driver.deviceArea());
      device = config.activate(memory, features);
      driver.disableInterrupts();
    }

    void submit(int chains) throws RingViolationException {
      for (int i = 0; i < chains; i++) {
        add();
      }
      driver.publish();
      DescriptorChain chain = new DescriptorChain(memory);
      while (device.pop(chain)) {
        popped.add(chain);
        chain = new DescriptorChain(memory);
      }
    }

    void add() {
      BlockRequest request = new BlockRequest().read(0).segment(data, 512);
      driver.add(slots.take(request, 0), data, 512, true);
    }

    /** Uses a chain; says whether the device raises the interrupt. */
    boolean use() {
      device.addUsed(popped.removeFirst(), 1);
      return device.publishUsed();
    }

    void reap() {
      for (int slot = driver.nextUsed(); slot != DriverQueue.NONE; slot = driver.nextUsed()) {
        slots.release(slot);
      }
    }
  }

  private static long features(boolean packed, boolean indirect, boolean events) {
    return (packed ? Feature.RING_PACKED.mask() : 0)
        | (indirect ? Feature.INDIRECT_DESC.mask() : 0)
        | (events ? Feature.EVENT_IDX.mask() : 0);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 3, 4, 6, 6",
    "4, 3, 4, 3, 3",
    "1, 3, 4, 1, 1",
    "2, 3, 4, 1, 2",
    "8, 1, 1, 8, 8",
    "8, 1, 4, 2, 2",
    "5, 1, 32768, 1, 1"
  })
  void comesWithTheFirstChainThatCompletesTheShare(
      int chains, int numerator, int denominator, int with, int withInDescriptors)
      throws RingViolationException {
    for (boolean packed : new boolean[] {false, true}) {
      for (boolean indirect : new boolean[] {false, true}) {
        int expected = packed && !indirect ? withInDescriptors : with;
        try (GuestMemory memory = GuestMemory.anonymous(1L << 20)) {
          Ring ring = new Ring(memory, features(packed, indirect, true));
          // Far enough for the ring to wrap around several times.
          for (int round = 0; round < 40; round++) {
            ring.submit(chains);
            assertThat(ring.driver.enableInterruptsAfter(numerator, denominator)).isFalse();
            for (int used = 1; used <= chains; used++) {
              assertThat(ring.use())
                  .as("chain %d of %d, packed %s, indirect %s", used, chains, packed, indirect)
                  .isEqualTo(used == expected);
            }
            ring.reap();
          }
        }
      }
    }
  }

  /** What is in the ring and not published will not be used: it must not count. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void countsOnlyWhatIsPublished(boolean packed) throws RingViolationException {
    try (GuestMemory memory = GuestMemory.anonymous(1L << 20)) {
      Ring ring = new Ring(memory, features(packed, true, true));
      ring.submit(4);
      for (int i = 0; i < 12; i++) {
        ring.add();
      }
      ring.driver.enableInterruptsAfter(3, 4);
      assertThat(List.of(ring.use(), ring.use(), ring.use(), ring.use()))
          .containsExactly(false, false, true, false);
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void comesWithTheNextChainWithoutEventIndex(boolean packed) throws RingViolationException {
    try (GuestMemory memory = GuestMemory.anonymous(1L << 20)) {
      Ring ring = new Ring(memory, features(packed, true, false));
      ring.submit(8);
      ring.driver.enableInterruptsAfter(3, 4);
      assertThat(ring.use()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void saysWhenSomethingIsUsedAlready(boolean packed) throws RingViolationException {
    try (GuestMemory memory = GuestMemory.anonymous(1L << 20)) {
      Ring ring = new Ring(memory, features(packed, true, true));
      ring.submit(8);
      ring.use();
      assertThat(ring.driver.enableInterruptsAfter(3, 4)).isTrue();
    }
  }
}
