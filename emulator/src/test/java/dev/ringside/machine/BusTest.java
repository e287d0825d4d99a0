package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BusTest {
  private static final long BASE = 0xfeb0_0000L;

  private long written = -1;

  private final RegisterWindow window =
      new RegisterWindow() {
        @Override
        public long read(long offset, int width) {
          return offset;
        }

        @Override
        public void write(long offset, int width, long value) {
          written = value;
        }
      };

  @Test
  void routesAnAccessToTheWindowAtItsAddress() {
    Bus bus = new Bus();
    bus.map(BASE, 0x200, window);

    assertThat(bus.read32(BASE + 0x70)).isEqualTo(0x70);
    bus.write32(BASE, -2);
    assertThat(written).isEqualTo(0xffff_fffeL);
  }

  @Test
  void readsAllOnesWhereNothingIsMapped() {
    Bus bus = new Bus();
    bus.map(BASE, 0x200, window);

    assertThat(bus.read(BASE - 1, 1)).isEqualTo(0xff);
    assertThat(bus.read(BASE + 0x1fe, 4)).isEqualTo(0xffff_ffffL);
    assertThat(bus.read(-8, 8)).isEqualTo(-1L);
    bus.write32(BASE + 0x200, 5);
    assertThat(written).isEqualTo(-1);
  }

  @Test
  void refusesWindowsThatOverlap() {
    Bus bus = new Bus();
    bus.map(BASE, 0x200, window);

    assertThatThrownBy(() -> bus.map(BASE + 0x1ff, 1, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlaps");
  }

  @Test
  void movesAWindowWhereTheGuestSays() {
    Bus bus = new Bus();
    Bus.MovableWindow movable = bus.movable(0x200, window);
    assertThat(bus.read32(BASE + 4)).isEqualTo(-1);
    movable.moveTo(BASE);
    assertThat(bus.read32(BASE + 4)).isEqualTo(4);
    movable.moveTo(2 * BASE);
    assertThat(bus.read32(BASE + 4)).isEqualTo(-1);
    assertThat(bus.read32(2 * BASE + 4)).isEqualTo(4);
    movable.moveTo(-0x100);
    assertThat(bus.read32(2 * BASE + 4)).isEqualTo(-1);
    assertThat(bus.read32(-0x100)).isEqualTo(-1);
    movable.remove();
  }

  @Test
  void letsTheFirstOfTwoOverlappingWindowsAnswer() {
    Bus bus = new Bus();
    bus.map(BASE, 0x200, window);
    Bus.MovableWindow movable = bus.movable(0x200, window);
    movable.moveTo(BASE + 0x100);
    assertThat(bus.read32(BASE + 0x110)).isEqualTo(0x110);
    assertThat(bus.read32(BASE + 0x210)).isEqualTo(0x110);
  }
}
