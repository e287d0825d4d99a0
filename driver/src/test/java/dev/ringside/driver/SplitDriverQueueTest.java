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
  private static final int MAX_SEGMENTS = 4;
  private static final long INDIRECT_AND_EVENTS =
      Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final FrameAllocator frames = new FrameAllocator(memory);
  private final RequestSlots slots = new RequestSlots(memory, frames, SIZE);

  @AfterEach
  void close() {
    memory.close();
  }

  private SplitDriverQueue queue(long features) {
    return new SplitDriverQueue(
        memory, frames, RingAreas.separate(frames, SIZE), SIZE, slots, MAX_SEGMENTS, features);
  }

  /** Adds a chain with so many data buffers, which the device reads. */
  private static boolean add(SplitDriverQueue queue, int segments, int slot) {
    if (!queue.hasRoom(segments)) {
      return false;
    }
    ChainBuffers buffers = new ChainBuffers();
    for (int i = 0; i < segments; i++) {
      buffers.readable(0x1000L * i, 100 + i);
    }
    queue.add(slot, buffers);
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
    add(queue, 0, 0);
    add(queue, 0, 1);
    assertThat(memory.getU16(queue.driverArea() + SplitLayout.AVAIL_IDX)).isZero();

    assertThat(queue.publish()).isEqualTo(2);
    assertThat(memory.getU16(queue.driverArea() + SplitLayout.AVAIL_IDX)).isEqualTo(2);
  }

  @Test
  void chainsDescriptorsOfTheRing() {
    SplitDriverQueue queue = queue(0);
    add(queue, 1, 5);
    long header = memory.getU64(descriptor(queue, headOf(queue, 0)) + 8);
    long data = memory.getU64(descriptor(queue, SplitLayout.next(header)) + 8);
    long status = descriptor(queue, SplitLayout.next(data));

    assertThat(memory.getU64(descriptor(queue, headOf(queue, 0)))).isEqualTo(slots.header(5));
    assertThat(SplitLayout.length(header)).isEqualTo(16);
    assertThat(SplitLayout.flags(header)).isEqualTo(SplitLayout.DESC_F_NEXT);
    assertThat(SplitLayout.length(data)).isEqualTo(100);
    assertThat(memory.getU64(status)).isEqualTo(slots.status(5));
    assertThat(SplitLayout.length(memory.getU64(status + 8))).isEqualTo(1);
    assertThat(SplitLayout.flags(memory.getU64(status + 8))).isEqualTo(SplitLayout.DESC_F_WRITE);
  }

  private static long descriptor(SplitDriverQueue queue, int index) {
    return queue.descriptorArea() + 16L * index;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4})
  void putsAChainIntoATableOfItsOwn(int segments) {
    SplitDriverQueue queue = queue(INDIRECT_AND_EVENTS);
    checkTable(queue, segments);
  }

  @Test
  void changesTheShapeOfASlotsTable() {
    SplitDriverQueue queue = queue(INDIRECT_AND_EVENTS);
    for (int segments : new int[] {1, 0, 1, 3, 3, 1, 4, 0}) {
      checkTable(queue, segments);
    }
  }

  private int added;

  private void checkTable(SplitDriverQueue queue, int segments) {
    add(queue, segments, 3);
    queue.publish();
    long descriptor = descriptor(queue, headOf(queue, added));
    long table = memory.getU64(descriptor);
    long word = memory.getU64(descriptor + 8);
    assertThat(SplitLayout.flags(word)).isEqualTo(SplitLayout.DESC_F_INDIRECT);
    assertThat(SplitLayout.length(word)).isEqualTo(16L * (segments + 2));
    assertThat(memory.getU64(table)).isEqualTo(slots.header(3));
    assertThat(memory.getU64(table + 16L * (segments + 1))).isEqualTo(slots.status(3));
    for (int i = 0; i <= segments; i++) {
      long entry = memory.getU64(table + 16L * i + 8);
      assertThat(SplitLayout.next(entry)).isEqualTo(i + 1);
      assertThat(SplitLayout.length(entry)).isEqualTo(i == 0 ? 16 : 100 + i - 1);
    }
    use(queue, added, headOf(queue, added));
    assertThat(queue.nextUsed()).isEqualTo(3);
    added++;
  }

  @Test
  void isFullWhenItsDescriptorsAre() {
    SplitDriverQueue direct = queue(0);
    assertThat(add(direct, 1, 0)).isTrue();
    assertThat(add(direct, 1, 1)).isTrue();
    assertThat(add(direct, 1, 2)).isFalse();
    assertThat(add(direct, 0, 2)).isTrue();

    SplitDriverQueue indirect = queue(INDIRECT_AND_EVENTS);
    for (int i = 0; i < SIZE; i++) {
      assertThat(add(indirect, 4, i)).as("one for each slot").isTrue();
    }
  }

  @Test
  void takesChainsBackInAnyOrder() {
    SplitDriverQueue queue = queue(0);
    add(queue, 1, 6);
    add(queue, 0, 7);
    queue.publish();
    assertThat(queue.nextUsed()).isEqualTo(DriverQueue.NONE);

    use(queue, 0, headOf(queue, 1));
    use(queue, 1, headOf(queue, 0));
    assertThat(queue.nextUsed()).isEqualTo(7);
    assertThat(queue.nextUsed()).isEqualTo(6);
    assertThat(queue.nextUsed()).isEqualTo(DriverQueue.NONE);
    assertThat(add(queue, 4, 2)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {SIZE, -1, 1 << 30})
  void refusesAnIdThatIsNoDescriptor(int id) {
    SplitDriverQueue queue = queue(0);
    add(queue, 0, 0);
    queue.publish();
    use(queue, 0, id);

    assertThatThrownBy(queue::nextUsed)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("heads no chain in flight");
  }

  @Test
  void refusesAChainThatIsGivenBackTwice() {
    SplitDriverQueue queue = queue(0);
    add(queue, 0, 0);
    queue.publish();
    use(queue, 0, headOf(queue, 0));
    queue.nextUsed();
    use(queue, 1, headOf(queue, 0));

    assertThatThrownBy(queue::nextUsed).isInstanceOf(BlockDeviceException.class);
  }

  @Test
  void keepsItsChainsWhereTheDeviceCannotReachThem() {
    SplitDriverQueue queue = queue(0);
    add(queue, 0, 7);
    queue.publish();
    int head = headOf(queue, 0);
    memory.fill(queue.descriptorArea(), 16L * SIZE, (byte) 0xff);
    use(queue, 0, head);

    assertThat(queue.nextUsed()).isEqualTo(7);
    assertThat(add(queue, 4, 6)).isTrue();
    assertThat(add(queue, 0, 5)).isTrue();
    assertThat(add(queue, 0, 4)).isFalse();
  }

  @Test
  void kicksWhenTheDeviceAskedForIt() {
    SplitDriverQueue events = queue(INDIRECT_AND_EVENTS);
    add(events, 0, 0);
    events.publish();
    assertThat(events.wantsKick()).isTrue();
    add(events, 0, 1);
    events.publish();
    assertThat(events.wantsKick()).isFalse();

    SplitDriverQueue flags = queue(0);
    add(flags, 0, 0);
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
      assertThat(add(queue, 1, i % SIZE)).isTrue();
      queue.publish();
      memory.setU32(queue.deviceArea() + SplitLayout.USED_RING + 8L * (i % SIZE), headOf(queue, i));
      memory.setU16Release(queue.deviceArea() + SplitLayout.USED_IDX, (i + 1) & 0xffff);
      assertThat(queue.nextUsed()).isEqualTo(i % SIZE);
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
