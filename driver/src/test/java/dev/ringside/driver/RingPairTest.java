package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both sides of a ring, driven at random in one thread and compared with a plain list: whatever
 * goes in comes out whole, in order where that was agreed on, and no side sleeps while the other
 * has something for it.
 */
class RingPairTest {
  private static final int MAX_SEGMENTS = 6;
  private static final int STEPS = 20_000;

  static Stream<Arguments> rings() {
    long[] optional = {
      Feature.INDIRECT_DESC.mask(), Feature.EVENT_IDX.mask(), Feature.IN_ORDER.mask()
    };
    return LongStream.range(0, 8)
        .map(
            choice -> {
              long features = 0;
              for (int i = 0; i < optional.length; i++) {
                features |= (choice >> i & 1) == 1 ? optional[i] : 0;
              }
              return features;
            })
        .boxed()
        .flatMap(
            features ->
                Stream.of(
                    Arguments.of(Feature.describe(features), features, 8),
                    Arguments.of(Feature.describe(features), features, 256),
                    Arguments.of("packed " + Feature.describe(features), packed(features), 8),
                    Arguments.of("packed " + Feature.describe(features), packed(features), 11),
                    Arguments.of("packed " + Feature.describe(features), packed(features), 256)));
  }

  private static long packed(long features) {
    return features | Feature.RING_PACKED.mask();
  }

  @ParameterizedTest(name = "{0}, size {2}")
  @MethodSource("rings")
  void passesChainsFromOneSideToTheOther(String name, long features, int size)
      throws RingViolationException {
    try (GuestMemory memory = GuestMemory.anonymous(16L << 20)) {
      for (long seed = 1; seed <= 3; seed++) {
        new Exchange(memory, features, size, seed).run();
      }
    }
  }

  /** A random conversation, with what must be true of it. */
  private static final class Exchange {
    private final Random random;
    private final boolean inOrder;
    private final RequestSlots slots;
    private final DriverQueue driver;
    private final DeviceQueue device;
    private final GuestMemory memory;
    private final FrameAllocator frames;
    private final BlockRequest[] requests;
    private final ArrayDeque<Integer> added = new ArrayDeque<>();
    private final ArrayDeque<Integer> visible = new ArrayDeque<>();
    private final List<Popped> inDevice = new ArrayList<>();
    private final ArrayDeque<Integer> noted = new ArrayDeque<>();
    private final ArrayDeque<Integer> used = new ArrayDeque<>();
    private boolean deviceSleeps;
    private boolean driverSleeps;

    private record Popped(int slot, DescriptorChain chain) {}

    Exchange(GuestMemory memory, long features, int size, long seed) throws RingViolationException {
      this.memory = memory;
      this.random = new Random(seed);
      this.inOrder = Feature.IN_ORDER.isIn(features);
      this.frames = new FrameAllocator(memory);
      this.slots = new RequestSlots(memory, frames, size);
      this.requests = new BlockRequest[size];
      this.driver =
          Feature.RING_PACKED.isIn(features)
              ? new PackedDriverQueue(memory, frames, size, slots, MAX_SEGMENTS, features)
              : new SplitDriverQueue(memory, frames, size, slots, MAX_SEGMENTS, features);
      QueueConfig config = new QueueConfig(size);
      config.setDescriptorArea(driver.descriptorArea());
      config.setDriverArea(driver.driverArea());
      config.setDeviceArea(driver.deviceArea());
      this.device = config.activate(memory, features);
    }

    void run() throws RingViolationException {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> add();
          case 3 -> publish();
          case 4 -> popAll();
          case 5 -> note();
          case 6 -> publishUsed();
          default -> reap();
        }
      }
      driver.free();
      slots.free();
    }

    private void add() {
      int segments = random.nextInt(MAX_SEGMENTS - 1);
      if (slots.isFull() || !driver.hasRoom(segments)) {
        return;
      }
      boolean deviceWrites = random.nextBoolean();
      BlockRequest request = new BlockRequest();
      request = deviceWrites ? request.read(7) : request.write(7);
      for (int i = 0; i < segments; i++) {
        request.segment(0x1000L * random.nextInt(4000), 1 + random.nextInt(100_000));
      }
      int slot = slots.take(request, 1);
      requests[slot] = request;
      if (segments == 1 && random.nextBoolean()) {
        driver.add(slot, request.segmentAddress(0), request.segmentLength(0), deviceWrites);
      } else {
        driver.add(slot, request, deviceWrites);
      }
      added.add(slot);
    }

    private void publish() {
      assertThat(driver.publish()).isEqualTo(added.size());
      boolean something = !added.isEmpty();
      visible.addAll(added);
      added.clear();
      boolean kick = driver.wantsKick();
      if (something && deviceSleeps) {
        assertThat(kick).as("a device that sleeps is notified").isTrue();
        deviceSleeps = false;
      }
    }

    private void popAll() throws RingViolationException {
      device.suppressKicks();
      deviceSleeps = false;
      int most = random.nextInt(2 * requests.length);
      for (int i = 0; i < most; i++) {
        DescriptorChain chain = new DescriptorChain(memory);
        if (!device.pop(chain)) {
          assertThat(visible).isEmpty();
          deviceSleeps = !device.enableKicks();
          assertThat(deviceSleeps).isTrue();
          return;
        }
        int slot = visible.remove();
        check(slot, chain);
        inDevice.add(new Popped(slot, chain));
      }
      assertThat(device.enableKicks()).isEqualTo(!visible.isEmpty());
      device.suppressKicks();
    }

    private void check(int slot, DescriptorChain chain) {
      BlockRequest request = requests[slot];
      boolean write = request.operation() == BlockOperation.WRITE;
      assertThat(chain.readable().offset(0)).isEqualTo(slots.header(slot));
      assertThat(chain.readable().length(0)).isEqualTo(16);
      int last = chain.writable().count() - 1;
      assertThat(chain.writable().offset(last)).isEqualTo(slots.status(slot));
      assertThat(chain.writable().length(last)).isEqualTo(1);
      assertThat(chain.readable().count()).isEqualTo(1 + (write ? request.segments() : 0));
      assertThat(last).isEqualTo(write ? 0 : request.segments());
      for (int i = 0; i < request.segments(); i++) {
        long offset = write ? chain.readable().offset(i + 1) : chain.writable().offset(i);
        long length = write ? chain.readable().length(i + 1) : chain.writable().length(i);
        assertThat(offset).isEqualTo(request.segmentAddress(i));
        assertThat(length).isEqualTo(request.segmentLength(i));
      }
    }

    private void note() {
      if (!inDevice.isEmpty()) {
        int which = inOrder ? 0 : random.nextInt(inDevice.size());
        Popped popped = inDevice.remove(which);
        device.addUsed(popped.chain(), 1);
        noted.add(popped.slot());
      }
    }

    private void publishUsed() {
      assertThat(device.unpublished()).isEqualTo(noted.size());
      boolean something = !noted.isEmpty();
      used.addAll(noted);
      noted.clear();
      boolean interrupt = device.publishUsed();
      if (something && driverSleeps) {
        assertThat(interrupt).as("a driver that sleeps is interrupted").isTrue();
        driverSleeps = false;
      }
    }

    private void reap() {
      driverSleeps = false;
      int most = random.nextInt(2 * requests.length);
      for (int i = 0; i < most; i++) {
        assertThat(driver.hasUsed()).isEqualTo(!used.isEmpty());
        int slot = driver.nextUsed();
        if (slot == DriverQueue.NONE) {
          assertThat(used).isEmpty();
          driverSleeps = !driver.enableInterrupts();
          assertThat(driverSleeps).isTrue();
          return;
        }
        assertThat(slot).isEqualTo(used.remove());
        slots.release(slot);
      }
      assertThat(driver.enableInterrupts()).isEqualTo(!used.isEmpty());
      driver.disableInterrupts();
    }
  }
}
