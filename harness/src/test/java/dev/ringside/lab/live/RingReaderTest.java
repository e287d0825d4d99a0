package dev.ringside.lab.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.RingCursors;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.PackedDeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.queue.SplitDeviceQueue;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RingReaderTest {
  private static final long DESCRIPTORS = 0x1000;
  private static final long DRIVER = 0x2000;
  private static final long DEVICE = 0x3000;
  private static final long BUFFER = 0x4000;

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final QueueConfig config = new QueueConfig(4);

  @BeforeEach
  void placeTheAreas() {
    config.setDescriptorArea(DESCRIPTORS);
    config.setDriverArea(DRIVER);
    config.setDeviceArea(DEVICE);
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  @Test
  void readsASplitRing() throws RingViolationException {
    SplitDeviceQueue device =
        (SplitDeviceQueue)
            config.activate(memory, Feature.setOf(Feature.VERSION_1, Feature.EVENT_IDX));
    memory.setU64(DESCRIPTORS + 3 * 16, BUFFER);
    memory.setU64(
        DESCRIPTORS + 3 * 16 + 8, SplitLayout.descriptorWord(512, SplitLayout.DESC_F_WRITE, 9));
    memory.setU16(DRIVER + 4, 3); // ring[0]
    memory.setU16(DRIVER + 6, 2); // ring[1]: written, not published
    memory.setU16(DRIVER + 2, 1); // idx
    memory.setU16(DRIVER + 4 + 2 * 4, 77); // used_event
    device.pop(new DescriptorChain(memory));
    memory.setU16(DEVICE + 2, 5); // idx
    memory.setU32(DEVICE + 4 + 8, 3); // ring[1].id
    memory.setU32(DEVICE + 4 + 12, 513); // ring[1].len
    memory.setU16(DEVICE + 4 + 8 * 4, 66); // avail_event

    RingReader reader =
        new SplitRingReader(memory, config, device, () -> new RingCursors(2, 1, 9), true);

    RingSnapshot.Split ring = (RingSnapshot.Split) reader.snapshot();
    assertThat(ring.size()).isEqualTo(4);
    assertThat(ring.availIdx()).isEqualTo(1);
    assertThat(ring.available()).containsExactly(3, 2, 0, 0);
    assertThat(ring.usedEvent()).isEqualTo(77);
    assertThat(ring.usedIdx()).isEqualTo(5);
    assertThat(ring.used().get(1)).isEqualTo(new RingSnapshot.UsedElement(3, 513));
    assertThat(ring.availEvent()).isEqualTo(66);
    assertThat(ring.descriptors().get(3))
        .isEqualTo(new RingSnapshot.Descriptor(BUFFER, 512, SplitLayout.DESC_F_WRITE, 9));
    assertThat(ring.driverNext()).isEqualTo(2);
    assertThat(ring.driverNextUsed()).isEqualTo(9);
    assertThat(ring.deviceNextAvailable()).isEqualTo(1);
    assertThat(ring.deviceNextUsed()).isEqualTo(0);
    assertThat(reader.kickWish()).isEqualTo(new Wish.FromIndex(66));
    assertThat(reader.interruptWish()).isEqualTo(new Wish.FromIndex(77));
  }

  @Test
  void readsTheFlagsOfASplitRingWithoutEventIndex() throws RingViolationException {
    SplitDeviceQueue device =
        (SplitDeviceQueue) config.activate(memory, Feature.setOf(Feature.VERSION_1));
    memory.setU16(DRIVER, SplitLayout.AVAIL_F_NO_INTERRUPT);

    RingReader reader =
        new SplitRingReader(memory, config, device, () -> new RingCursors(0, 0, 0), false);

    assertThat(reader.kickWish()).isEqualTo(new Wish.Always(true));
    assertThat(reader.interruptWish()).isEqualTo(new Wish.Always(false));
  }

  @Test
  void readsAPackedRing() throws RingViolationException {
    config.setSize(3);
    PackedDeviceQueue device =
        (PackedDeviceQueue)
            config.activate(
                memory, Feature.setOf(Feature.VERSION_1, Feature.EVENT_IDX, Feature.RING_PACKED));
    memory.setU64(DESCRIPTORS, BUFFER);
    memory.setU64(DESCRIPTORS + 8, PackedLayout.descriptorWord(4096, 7, PackedLayout.DESC_F_AVAIL));
    device.pop(new DescriptorChain(memory));
    memory.setU32(DRIVER, PackedLayout.event(PackedLayout.EVENT_DESC, 1 << 15 | 2));
    memory.setU32(DEVICE, PackedLayout.event(PackedLayout.EVENT_DISABLE, 0));

    RingReader reader =
        new PackedRingReader(memory, config, device, () -> new RingCursors(5, 4, 3), true);

    RingSnapshot.Packed ring = (RingSnapshot.Packed) reader.snapshot();
    assertThat(ring.descriptors())
        .hasSize(3)
        .first()
        .isEqualTo(new RingSnapshot.Descriptor(BUFFER, 4096, PackedLayout.DESC_F_AVAIL, 7));
    assertThat(ring.driverEvent()).isEqualTo(new Wish.Suppression(2, 2, 1));
    assertThat(ring.deviceEvent()).isEqualTo(new Wish.Suppression(1, 0, 0));
    assertThat(ring.driverNext()).isEqualTo(5);
    assertThat(ring.driverPublished()).isEqualTo(4);
    assertThat(ring.driverNextUsed()).isEqualTo(3);
    assertThat(ring.deviceNextAvailable()).isEqualTo(1);
    assertThat(ring.deviceNextUsed()).isEqualTo(0);
  }

  @Test
  void leavesTheEntriesOfALargeRingOut() throws RingViolationException {
    QueueConfig large = new QueueConfig(512);
    large.setDescriptorArea(0x10000);
    large.setDriverArea(0x20000);
    large.setDeviceArea(0x30000);
    SplitDeviceQueue device =
        (SplitDeviceQueue) large.activate(memory, Feature.setOf(Feature.VERSION_1));

    RingSnapshot.Split ring =
        (RingSnapshot.Split)
            new SplitRingReader(memory, large, device, () -> new RingCursors(0, 0, 0), false)
                .snapshot();

    assertThat(ring.size()).isEqualTo(512);
    assertThat(ring.descriptors()).isEmpty();
    assertThat(ring.available()).isEmpty();
  }
}
