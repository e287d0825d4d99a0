package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.SplitLayout.DESC_F_INDIRECT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SplitDeviceQueueTest {
  private static final int SIZE = 8;
  private static final long BUFFER = 0x8000;
  private static final long TABLE = 0x6000;
  private static final long ALL = Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);
  private static final int UNKNOWN_FLAGS = 0x7ff8;

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final RawRing ring = new RawRing(memory, SIZE);
  private final DescriptorChain chain = new DescriptorChain(memory);

  @AfterEach
  void close() {
    memory.close();
  }

  private DeviceQueue queue(long features) throws RingViolationException {
    QueueConfig config = ring.config();
    config.activate(memory, features);
    return Objects.requireNonNull(config.queue());
  }

  @Test
  void takesAChainApartIntoReadableAndWritableBuffers() throws RingViolationException {
    ring.descriptor(3, BUFFER, 16, DESC_F_NEXT, 5)
        .descriptor(5, BUFFER + 16, 512, DESC_F_NEXT | UNKNOWN_FLAGS, 1)
        .descriptor(1, BUFFER + 528, 1, DESC_F_WRITE, 7)
        .makeAvailable(3);

    DeviceQueue queue = queue(0);

    assertThat(queue.pop(chain)).isTrue();
    assertThat(chain.head()).isEqualTo(3);
    assertThat(chain.readable().count()).isEqualTo(2);
    assertThat(chain.readable().bytes()).isEqualTo(528);
    assertThat(chain.writable().count()).isEqualTo(1);
    assertThat(chain.writable().offset(0)).isEqualTo(BUFFER + 528);
    assertThat(queue.pop(chain)).isFalse();
  }

  @Test
  void followsDirectDescriptorsIntoAnIndirectTable() throws RingViolationException {
    ring.descriptor(0, BUFFER, 16, DESC_F_NEXT, 1)
        .descriptor(1, TABLE, 32, DESC_F_INDIRECT | DESC_F_WRITE, 0)
        .entry(TABLE, 0, BUFFER + 16, 100, DESC_F_NEXT, 1)
        .entry(TABLE, 1, BUFFER + 116, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);

    assertThat(queue(ALL).pop(chain)).isTrue();
    assertThat(chain.readable().bytes()).isEqualTo(116);
    assertThat(chain.writable().bytes()).isEqualTo(1);
  }

  @Test
  void takesChainsOfAsManyBuffersAsTheQueueHasDescriptors() throws RingViolationException {
    for (int i = 0; i < SIZE; i++) {
      ring.entry(TABLE, i, BUFFER, 1, i == SIZE - 1 ? 0 : DESC_F_NEXT, i + 1);
      ring.descriptor(i, BUFFER, 1, i == SIZE - 1 ? 0 : DESC_F_NEXT, i + 1);
    }
    ring.makeAvailable(0);
    assertThat(queue(ALL).pop(chain)).isTrue();
    assertThat(chain.readable().bytes()).isEqualTo(SIZE);

    ring.descriptor(0, TABLE, 16 * SIZE, DESC_F_INDIRECT, 0);
    assertThat(queue(ALL).pop(chain)).isTrue();
    assertThat(chain.readable().bytes()).isEqualTo(SIZE);
  }

  @Test
  void toleratesEmptyBuffers() throws RingViolationException {
    ring.descriptor(0, BUFFER, 0, DESC_F_NEXT, 1)
        .descriptor(1, BUFFER, 16, DESC_F_NEXT, 2)
        .descriptor(2, BUFFER, 0, DESC_F_WRITE | DESC_F_NEXT, 3)
        .descriptor(3, BUFFER, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);

    assertThat(queue(0).pop(chain)).isTrue();
    assertThat(chain.readable().count()).isEqualTo(1);
    assertThat(chain.writable().count()).isEqualTo(1);
  }

  @Test
  void publishesABatchWithOneIndex() throws RingViolationException {
    for (int i = 0; i < 3; i++) {
      ring.descriptor(i, BUFFER, 1, DESC_F_WRITE, 0).makeAvailable(i);
    }
    DeviceQueue queue = queue(0);
    while (queue.pop(chain)) {
      queue.addUsed(chain, 10 + chain.head());
      assertThat(ring.usedIndex()).isZero();
    }

    assertThat(queue.unpublished()).isEqualTo(3);
    assertThat(queue.publishUsed()).isTrue();
    assertThat(ring.usedIndex()).isEqualTo(3);
    assertThat(ring.usedId(2)).isEqualTo(2);
    assertThat(ring.usedLength(2)).isEqualTo(12);
    assertThat(queue.publishUsed()).isFalse();
  }

  @Test
  void interruptsWhenTheUsedIndexPassesTheDriversEvent() throws RingViolationException {
    ring.usedEvent(1);
    DeviceQueue queue = queue(ALL);
    boolean[] interrupts = new boolean[3];
    for (int i = 0; i < 3; i++) {
      ring.descriptor(i, BUFFER, 1, DESC_F_WRITE, 0).makeAvailable(i);
      assertThat(queue.pop(chain)).isTrue();
      queue.addUsed(chain, 1);
      interrupts[i] = queue.publishUsed();
    }

    assertThat(interrupts).containsExactly(false, true, false);
  }

  @Test
  void doesNotInterruptADriverThatSetNoInterrupt() throws RingViolationException {
    ring.descriptor(0, BUFFER, 1, DESC_F_WRITE, 0).makeAvailable(0).availableFlags(1);
    DeviceQueue queue = queue(0);
    queue.pop(chain);
    queue.addUsed(chain, 1);

    assertThat(queue.publishUsed()).isFalse();
  }

  @Test
  void asksForKicksByFlagOrByEventIndex() throws RingViolationException {
    DeviceQueue plain = queue(0);
    plain.suppressKicks();
    assertThat(ring.usedFlags()).isEqualTo(1);
    assertThat(plain.enableKicks()).isFalse();
    assertThat(ring.usedFlags()).isZero();

    DeviceQueue events = queue(ALL);
    ring.descriptor(0, BUFFER, 1, DESC_F_WRITE, 0).makeAvailable(0);
    assertThat(events.enableKicks()).isTrue();
    events.pop(chain);
    assertThat(events.enableKicks()).isFalse();
    assertThat(ring.availEvent()).isEqualTo(1);
    assertThat(ring.usedFlags()).isZero();
  }

  @Test
  void goesOnAcrossTheWrapOfItsIndices() throws RingViolationException {
    DeviceQueue queue = queue(ALL);
    ring.descriptor(0, BUFFER, 1, DESC_F_WRITE, 0);
    for (int i = 0; i < 70_000; i++) {
      ring.makeAvailable(0);
      assertThat(queue.pop(chain)).isTrue();
      queue.addUsed(chain, 1);
      queue.publishUsed();
    }

    assertThat(ring.usedIndex()).isEqualTo(70_000 & 0xffff);
  }

  private record Hostile(RingViolation violation, long features, Consumer<RawRing> ring) {
    @Override
    public String toString() {
      return violation.name();
    }
  }

  static Stream<Hostile> hostileRings() {
    return Stream.of(
        new Hostile(RingViolation.AVAILABLE_INDEX_JUMPED, ALL, ring -> ring.availableIndex(9)),
        new Hostile(RingViolation.AVAILABLE_INDEX_JUMPED, ALL, ring -> ring.availableIndex(65535)),
        new Hostile(RingViolation.HEAD_OUT_OF_RANGE, ALL, ring -> ring.makeAvailable(SIZE)),
        new Hostile(
            RingViolation.NEXT_OUT_OF_RANGE,
            ALL,
            ring -> ring.descriptor(0, BUFFER, 1, DESC_F_NEXT, SIZE).makeAvailable(0)),
        new Hostile(
            RingViolation.NEXT_OUT_OF_RANGE,
            ALL,
            ring ->
                ring.descriptor(0, TABLE, 32, DESC_F_INDIRECT, 0)
                    .entry(TABLE, 0, BUFFER, 1, DESC_F_NEXT, 2)
                    .makeAvailable(0)),
        new Hostile(
            RingViolation.CHAIN_TOO_LONG,
            ALL,
            ring -> ring.descriptor(0, BUFFER, 1, DESC_F_NEXT, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.CHAIN_TOO_LONG,
            ALL,
            ring ->
                ring.descriptor(0, TABLE, 32, DESC_F_INDIRECT, 0)
                    .entry(TABLE, 0, BUFFER, 1, DESC_F_NEXT, 1)
                    .entry(TABLE, 1, BUFFER, 1, DESC_F_NEXT, 0)
                    .makeAvailable(0)),
        new Hostile(
            RingViolation.BUFFER_OUTSIDE_RAM,
            ALL,
            ring -> ring.descriptor(0, (1 << 20) - 1, 2, 0, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.BUFFER_OUTSIDE_RAM,
            ALL,
            ring -> ring.descriptor(0, -8, 16, 0, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.BUFFER_OUTSIDE_RAM,
            ALL,
            ring -> ring.descriptor(0, 1 << 20, 16, DESC_F_INDIRECT, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.READABLE_AFTER_WRITABLE,
            ALL,
            ring ->
                ring.descriptor(0, BUFFER, 1, DESC_F_WRITE | DESC_F_NEXT, 1)
                    .descriptor(1, BUFFER, 1, 0, 0)
                    .makeAvailable(0)),
        new Hostile(
            RingViolation.INDIRECT_NOT_NEGOTIATED,
            0,
            ring -> ring.descriptor(0, TABLE, 16, DESC_F_INDIRECT, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.INDIRECT_NESTED,
            ALL,
            ring ->
                ring.descriptor(0, TABLE, 16, DESC_F_INDIRECT, 0)
                    .entry(TABLE, 0, TABLE, 16, DESC_F_INDIRECT, 0)
                    .makeAvailable(0)),
        new Hostile(
            RingViolation.INDIRECT_WITH_NEXT,
            ALL,
            ring ->
                ring.descriptor(0, TABLE, 16, DESC_F_INDIRECT | DESC_F_NEXT, 1).makeAvailable(0)),
        new Hostile(
            RingViolation.INDIRECT_LENGTH_INVALID,
            ALL,
            ring -> ring.descriptor(0, TABLE, 0, DESC_F_INDIRECT, 0).makeAvailable(0)),
        new Hostile(
            RingViolation.INDIRECT_LENGTH_INVALID,
            ALL,
            ring -> ring.descriptor(0, TABLE, 24, DESC_F_INDIRECT, 0).makeAvailable(0)));
  }

  @ParameterizedTest
  @MethodSource("hostileRings")
  void stopsAtARingThatBreaksTheRules(Hostile hostile) throws RingViolationException {
    hostile.ring().accept(ring);
    DeviceQueue queue = queue(hostile.features());

    assertThatThrownBy(() -> queue.pop(chain))
        .isInstanceOfSatisfying(
            RingViolationException.class,
            broken -> assertThat(broken.violation()).isEqualTo(hostile.violation()))
        .hasMessageContaining("section " + hostile.violation().section());
  }

  @Test
  void refusesAHeadThatIsStillInFlight() throws RingViolationException {
    ring.descriptor(0, BUFFER, 1, 0, 0).makeAvailable(0).makeAvailable(0);
    DeviceQueue queue = queue(0);
    queue.pop(chain);

    assertThatThrownBy(() -> queue.pop(chain))
        .isInstanceOfSatisfying(
            RingViolationException.class,
            broken -> assertThat(broken.violation()).isEqualTo(RingViolation.HEAD_IN_FLIGHT));
  }

  @Test
  void refusesBuffersOfMoreThanFourGibibytes() throws RingViolationException {
    try (GuestMemory large = GuestMemory.anonymous(2L << 30)) {
      RawRing largeRing = new RawRing(large, SIZE);
      for (int i = 0; i < 3; i++) {
        largeRing.descriptor(i, 0, 0x6000_0000L, i == 2 ? 0 : DESC_F_NEXT, i + 1);
      }
      largeRing.makeAvailable(0);
      QueueConfig config = largeRing.config();
      config.activate(large, 0);
      DeviceQueue queue = Objects.requireNonNull(config.queue());

      assertThatThrownBy(() -> queue.pop(new DescriptorChain(large)))
          .isInstanceOfSatisfying(
              RingViolationException.class,
              broken -> assertThat(broken.violation()).isEqualTo(RingViolation.CHAIN_TOO_LARGE));
    }
  }

  @Test
  void refusesARingThatIsMisplaced() {
    QueueConfig misaligned = ring.config();
    misaligned.setDescriptorArea(RawRing.DESCRIPTORS + 8);
    QueueConfig outside = ring.config();
    outside.setDeviceArea((1 << 20) - 8);
    QueueConfig oddSize = ring.config();
    oddSize.setSize(3);

    assertThat(violationOf(misaligned)).isEqualTo(RingViolation.RING_MISALIGNED);
    assertThat(violationOf(outside)).isEqualTo(RingViolation.RING_OUTSIDE_RAM);
    assertThat(violationOf(oddSize)).isEqualTo(RingViolation.QUEUE_SIZE_INVALID);
    assertThat(misaligned.queue()).isNull();
  }

  private RingViolation violationOf(QueueConfig config) {
    try {
      config.activate(memory, 0);
    } catch (RingViolationException broken) {
      return broken.violation();
    }
    throw new AssertionError("the queue was enabled");
  }

  @Test
  void keepsItsSettingsWhileItRuns() throws RingViolationException {
    QueueConfig config = ring.config();
    config.activate(memory, 0);
    config.setSize(4);
    config.setDescriptorArea(0);

    assertThat(config.size()).isEqualTo(SIZE);
    assertThat(config.descriptorArea()).isEqualTo(RawRing.DESCRIPTORS);
    config.setSize(0);
    config.reset();
    assertThat(config.queue()).isNull();
  }
}
