package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
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
import org.junit.jupiter.api.Tag;
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

  @Tag("EVENT_IDX")
  @Tag("INDIRECT_DESC")
  @Tag("IN_ORDER")
  @Tag("RING_PACKED")
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
    private final ChainBuffers[] chains;
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
      this.chains = new ChainBuffers[size];
      this.driver =
          Feature.RING_PACKED.isIn(features)
              ? new PackedDriverQueue(memory, frames, size, slots, MAX_SEGMENTS, features)
              : new SplitDriverQueue(
                  memory,
                  frames,
                  RingAreas.separate(frames, size),
                  size,
                  slots,
                  MAX_SEGMENTS,
                  features);
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
      ChainBuffers buffers = new ChainBuffers();
      int readable = random.nextInt(segments + 1);
      for (int i = 0; i < segments; i++) {
        long address = 0x1000L * random.nextInt(4000);
        int length = 1 + random.nextInt(100_000);
        if (i < readable) {
          buffers.readable(address, length);
        } else {
          buffers.writable(address, length);
        }
      }
      int slot = slots.take(new BlockRequest(), 1);
      chains[slot] = buffers;
      if (segments == 1 && random.nextBoolean()) {
        driver.add(slot, buffers.address(0), buffers.length(0), readable == 0);
      } else {
        driver.add(slot, buffers);
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
      int most = random.nextInt(2 * chains.length);
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
      ChainBuffers buffers = chains[slot];
      IoVector readable = chain.readable();
      IoVector writable = chain.writable();
      assertThat(readable.offset(0)).isEqualTo(slots.header(slot));
      assertThat(readable.length(0)).isEqualTo(16);
      int last = writable.count() - 1;
      assertThat(writable.offset(last)).isEqualTo(slots.status(slot));
      assertThat(writable.length(last)).isEqualTo(1);
      assertThat(readable.count() + writable.count()).isEqualTo(buffers.count() + 2);
      int split = readable.count() - 1;
      for (int i = 0; i < buffers.count(); i++) {
        assertThat(buffers.deviceWrites(i)).isEqualTo(i >= split);
        long offset = i < split ? readable.offset(i + 1) : writable.offset(i - split);
        long length = i < split ? readable.length(i + 1) : writable.length(i - split);
        assertThat(offset).isEqualTo(buffers.address(i));
        assertThat(length).isEqualTo(buffers.length(i));
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
      int most = random.nextInt(2 * chains.length);
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
