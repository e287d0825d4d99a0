package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameAllocatorTest {
  private static final int FRAME = GuestMemory.FRAME_SIZE;

  private final GuestMemory memory = GuestMemory.anonymous(8 * FRAME, 3 * FRAME, 16 * FRAME);
  private final FrameAllocator frames = new FrameAllocator(memory);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void handsOutEveryFrameButTheFirst() {
    for (int i = 0; i < 7; i++) {
      assertThat(frames.allocate(FRAME)).isNotZero();
    }
    assertThat(frames.freeBytes()).isZero();
    assertThatThrownBy(() -> frames.allocate(1)).isInstanceOf(GuestOutOfMemoryException.class);
  }

  @Test
  void keepsARunOnOneSideOfTheHole() {
    long run = frames.allocate(3 * FRAME);

    assertThat(run).isEqualTo(16L * FRAME);
    assertThat(memory.contains(run, 3 * FRAME)).isTrue();
  }

  @Test
  void zeroesWhatItHandsOutAgain() {
    long first = frames.allocate(FRAME);
    memory.setU32(first, 7);
    frames.free(first, FRAME);

    assertThat(frames.allocate(FRAME)).isEqualTo(first);
    assertThat(memory.getU32(first)).isZero();
  }

  @Test
  void refusesToFreeTwice() {
    long address = frames.allocate(FRAME);
    frames.free(address, FRAME);

    assertThatThrownBy(() -> frames.free(address, FRAME))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
