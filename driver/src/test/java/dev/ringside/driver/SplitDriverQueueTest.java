package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.SplitLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver's side of the ring, with the test in the place of the device. */
class SplitDriverQueueTest {
  private static final int SIZE = 8;
  private static final int MAX_BUFFERS = 6;
  private static final long INDIRECT_AND_EVENTS =
      Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final FrameAllocator frames = new FrameAllocator(memory);

  @AfterEach
  void close() {
    memory.close();
  }

  private SplitDriverQueue queue(long features) {
    return new SplitDriverQueue(
        memory, frames, RingAreas.separate(frames, SIZE), SIZE, MAX_BUFFERS, features);
  }

  private static boolean add(SplitDriverQueue queue, int buffers, int token) {
    if (!queue.begin(buffers)) {
      return false;
    }
    for (int i = 0; i < buffers - 1; i++) {
      queue.readable(0x1000L * i, 100 + i);
    }
    queue.writable(0x9000, 1);
    queue.commit(token);
    return true;
  }

  /** What a device does: puts an element into the used ring, and publishes it. */
  private void use(SplitDriverQueue queue, int index, int id) {
    memory.setU32(queue.deviceArea() + SplitLayout.USED_RING + 8L * (index % SIZE), id);
    memory.setU16Release(queue.deviceArea() + SplitLayout.USED_IDX, index + 1);
  }

  private int headOf(SplitDriverQueue queue, int index) {
    return memory.getU16(queue.driverArea() + SplitLayout.AVAIL_RING + 2L * (index % SIZE));
  }

  @Test
  void hidesChainsUntilTheyArePublished() {
    SplitDriverQueue queue = queue(0);
    add(queue, 2, 0);
    add(queue, 2, 1);
    assertThat(memory.getU16(queue.driverArea() + SplitLayout.AVAIL_IDX)).isZero();

    assertThat(queue.publish()).isEqualTo(2);
    assertThat(memory.getU16(queue.driverArea() + SplitLayout.AVAIL_IDX)).isEqualTo(2);
  }

  @Test
  void chainsDescriptorsOfTheRing() {
    SplitDriverQueue queue = queue(0);
    add(queue, 3, 0);
    long descriptor = queue.descriptorArea() + 16L * headOf(queue, 0);
    long word = memory.getU64(descriptor + 8);

    assertThat(memory.getU64(descriptor)).isZero();
    assertThat(SplitLayout.length(word)).isEqualTo(100);
    assertThat(SplitLayout.flags(word)).isEqualTo(SplitLayout.DESC_F_NEXT);
    long last =
        queue.descriptorArea()
            + 16L
                * SplitLayout.next(
                    memory.getU64(queue.descriptorArea() + 16L * SplitLayout.next(word) + 8));
    assertThat(memory.getU64(last)).isEqualTo(0x9000);
    assertThat(SplitLayout.flags(memory.getU64(last + 8))).isEqualTo(SplitLayout.DESC_F_WRITE);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 5, 6})
  void putsAChainIntoATableOfItsOwn(int buffers) {
    SplitDriverQueue queue = queue(INDIRECT_AND_EVENTS);
    add(queue, buffers, 0);
    long descriptor = queue.descriptorArea() + 16L * headOf(queue, 0);
    long table = memory.getU64(descriptor);
    long word = memory.getU64(descriptor + 8);

    assertThat(SplitLayout.flags(word)).isEqualTo(SplitLayout.DESC_F_INDIRECT);
    assertThat(SplitLayout.length(word)).isEqualTo(16L * buffers);
    assertThat(memory.getU64(table + 16L * (buffers - 1))).isEqualTo(0x9000);
    for (int i = 0; i < buffers - 1; i++) {
      long entry = memory.getU64(table + 16L * i + 8);
      assertThat(SplitLayout.next(entry)).isEqualTo(i + 1);
      assertThat(SplitLayout.length(entry)).isEqualTo(100 + i);
    }
  }

  @Test
  void isFullWhenItsDescriptorsAre() {
    SplitDriverQueue direct = queue(0);
    assertThat(add(direct, 3, 0)).isTrue();
    assertThat(add(direct, 3, 1)).isTrue();
    assertThat(add(direct, 3, 2)).isFalse();
    assertThat(add(direct, 2, 3)).isTrue();

    SplitDriverQueue indirect = queue(INDIRECT_AND_EVENTS);
    for (int i = 0; i < SIZE; i++) {
      assertThat(add(indirect, 6, i)).isTrue();
    }
    assertThat(add(indirect, 1, SIZE)).isFalse();
  }

  @Test
  void takesChainsBackInAnyOrder() {
    SplitDriverQueue queue = queue(0);
    add(queue, 3, 10);
    add(queue, 2, 11);
    queue.publish();
    assertThat(queue.nextUsed()).isEqualTo(DriverQueue.NONE);

    use(queue, 0, headOf(queue, 1));
    use(queue, 1, headOf(queue, 0));
    assertThat(queue.nextUsed()).isEqualTo(11);
    assertThat(queue.nextUsed()).isEqualTo(10);
    assertThat(queue.nextUsed()).isEqualTo(DriverQueue.NONE);
    assertThat(add(queue, 6, 12)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {SIZE, -1, 1 << 30})
  void refusesAnIdThatIsNoDescriptor(int id) {
    SplitDriverQueue queue = queue(0);
    add(queue, 2, 0);
    queue.publish();
    use(queue, 0, id);

    assertThatThrownBy(queue::nextUsed)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("heads no chain in flight");
  }

  @Test
  void refusesAChainThatIsGivenBackTwice() {
    SplitDriverQueue queue = queue(0);
    add(queue, 2, 0);
    queue.publish();
    use(queue, 0, headOf(queue, 0));
    queue.nextUsed();
    use(queue, 1, headOf(queue, 0));

    assertThatThrownBy(queue::nextUsed).isInstanceOf(BlockDeviceException.class);
  }

  @Test
  void keepsItsChainsWhereTheDeviceCannotReachThem() {
    SplitDriverQueue queue = queue(0);
    add(queue, 4, 7);
    queue.publish();
    int head = headOf(queue, 0);
    memory.fill(queue.descriptorArea(), 16L * SIZE, (byte) 0xff);
    use(queue, 0, head);

    assertThat(queue.nextUsed()).isEqualTo(7);
    assertThat(add(queue, 6, 8)).isTrue();
    assertThat(add(queue, 2, 9)).isTrue();
    assertThat(add(queue, 1, 10)).isFalse();
  }

  @Test
  void kicksWhenTheDeviceAskedForIt() {
    SplitDriverQueue events = queue(INDIRECT_AND_EVENTS);
    add(events, 2, 0);
    events.publish();
    assertThat(events.wantsKick()).isTrue();
    add(events, 2, 1);
    events.publish();
    assertThat(events.wantsKick()).isFalse();

    SplitDriverQueue flags = queue(0);
    add(flags, 2, 0);
    flags.publish();
    assertThat(flags.wantsKick()).isTrue();
    memory.setU16(flags.deviceArea(), SplitLayout.USED_F_NO_NOTIFY);
    assertThat(flags.wantsKick()).isFalse();
  }

  @Test
  void asksForInterruptsByFlagOrByEventIndex() {
    SplitDriverQueue flags = queue(0);
    flags.disableInterrupts();
    assertThat(memory.getU16(flags.driverArea())).isEqualTo(SplitLayout.AVAIL_F_NO_INTERRUPT);
    assertThat(flags.enableInterrupts()).isFalse();
    assertThat(memory.getU16(flags.driverArea())).isZero();

    SplitDriverQueue events = queue(INDIRECT_AND_EVENTS);
    long usedEvent = events.driverArea() + SplitLayout.usedEventOffset(SIZE);
    events.disableInterrupts();
    assertThat(SplitLayout.passesEvent(memory.getU16(usedEvent), 100, 0)).isFalse();
    assertThat(events.enableInterrupts()).isFalse();
    assertThat(SplitLayout.passesEvent(memory.getU16(usedEvent), 1, 0)).isTrue();
    use(events, 0, 0);
    assertThat(events.enableInterrupts()).isTrue();
  }

  @Test
  void goesOnAcrossTheWrapOfItsIndices() {
    SplitDriverQueue queue = queue(INDIRECT_AND_EVENTS);
    for (int i = 0; i < 70_000; i++) {
      assertThat(add(queue, 2, i)).isTrue();
      queue.publish();
      memory.setU32(queue.deviceArea() + SplitLayout.USED_RING + 8L * (i % SIZE), headOf(queue, i));
      memory.setU16Release(queue.deviceArea() + SplitLayout.USED_IDX, (i + 1) & 0xffff);
      assertThat(queue.nextUsed()).isEqualTo(i);
    }
  }

  @Test
  void givesAllItsMemoryBack() {
    long before = frames.freeBytes();
    SplitDriverQueue queue = queue(INDIRECT_AND_EVENTS);
    queue.free();

    assertThat(frames.freeBytes()).isEqualTo(before);
  }
}
