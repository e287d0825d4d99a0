package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.GuestMemory;
import org.junit.jupiter.api.Test;

class SplitRingDumpTest {
  @Test
  void saysWhatEveryFieldMeans() {
    try (GuestMemory memory = GuestMemory.anonymous(1 << 20)) {
      RawRing ring = new RawRing(memory, 4);
      ring.descriptor(2, 0x1234_5678L, 513, DESC_F_NEXT | DESC_F_WRITE, 3).makeAvailable(2);

      assertThat(SplitRingDump.of(memory, ring.config()).lines().map(SplitRingDumpTest::squeeze))
          .hasSize(4 * 4 + (2 + 4 + 1) + (2 + 2 * 4 + 1))
          .containsSubsequence(
              "78 56 34 12 00 00 00 00 # desc[2] addr",
              "01 02 00 00 # desc[2] len 513",
              "03 00 # desc[2] flags NEXT WRITE",
              "03 00 # desc[2] next 3",
              "01 00 # avail idx 1",
              "02 00 # avail ring[0] 2",
              "00 00 # used_event 0",
              "00 00 # used idx 0",
              "00 00 # avail_event 0");
    }
  }

  private static String squeeze(String line) {
    return line.replaceAll(" +", " ");
  }
}
