package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.PackedLayout.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.GuestMemory;
import org.junit.jupiter.api.Test;

class PackedRingDumpTest {
  private static final long RING = 0x1000;
  private static final long DRIVER_EVENT = 0x2000;
  private static final long DEVICE_EVENT = 0x3000;
  private static final int RING_SIZE = 3;

  @Test
  void saysWhatEveryFieldMeans() {
    try (GuestMemory memory = GuestMemory.anonymous(1 << 20)) {
      QueueConfig config = new QueueConfig(RING_SIZE);
      config.setDescriptorArea(RING);
      config.setDriverArea(DRIVER_EVENT);
      config.setDeviceArea(DEVICE_EVENT);
      memory.setU64(RING + DESCRIPTOR_SIZE, 0x1234_5678L);
      memory.setU64(
          RING + DESCRIPTOR_SIZE + DESCRIPTOR_LEN_ID_FLAGS,
          descriptorWord(513, 7, DESC_F_NEXT | DESC_F_WRITE | DESC_F_AVAIL));
      memory.setU32(DRIVER_EVENT, event(EVENT_DESC, offsetWrap(2, RING_SIZE)));
      memory.setU32(DEVICE_EVENT, event(EVENT_DISABLE, 0));

      assertThat(PackedRingDump.of(memory, config).lines().map(line -> line.replaceAll(" +", " ")))
          .hasSize(RING_SIZE * 4 + 2 * 2)
          .containsSubsequence(
              "78 56 34 12 00 00 00 00 # desc[1] addr",
              "01 02 00 00 # desc[1] len 513",
              "07 00 # desc[1] id 7",
              "83 00 # desc[1] flags NEXT WRITE AVAIL",
              "02 80 # driver event off 2 wrap 1",
              "02 00 # driver event flags DESC",
              "00 00 # device event off 0 wrap 0",
              "01 00 # device event flags DISABLE");
    }
  }
}
