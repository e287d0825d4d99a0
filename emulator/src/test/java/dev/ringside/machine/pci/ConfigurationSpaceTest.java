package dev.ringside.machine.pci;

import static dev.ringside.machine.pci.PciHeader.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.Bus;
import dev.ringside.machine.RegisterWindow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationSpaceTest {
  private static final int WIDE = BASE_ADDRESS;
  private static final int NARROW = BASE_ADDRESS + 8;
  private static final int SIZE = 0x4000;

  private final Bus bus = new Bus();
  private final ConfigurationSpace space = new ConfigurationSpace();

  /** Reads as one number, whatever the offset. */
  private record Constant(long value) implements RegisterWindow {
    @Override
    public long read(long offset, int width) {
      return value;
    }

    @Override
    public void write(long offset, int width, long written) {}
  }

  @BeforeEach
  void putTogether() {
    space.set16(VENDOR, 0x1234);
    space.addBaseAddress(0, true, bus.movable(SIZE, new Constant(7)));
    space.addBaseAddress(2, false, bus.movable(0x1000, new Constant(8)));
    space.seal();
  }

  @Test
  void changesOnlyWhatTheGuestMayChange() {
    space.write(VENDOR, 4, -1);
    space.write(COMMAND, 2, -1);
    assertThat(space.read(VENDOR, 2)).isEqualTo(0x1234);
    assertThat(space.read(COMMAND, 2))
        .isEqualTo(COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE);
  }

  @Test
  void tellsTheSizeOfItsWindows() {
    space.write(WIDE, 4, -1);
    space.write(WIDE + 4, 4, -1);
    space.write(NARROW, 4, -1);
    assertThat(space.read(WIDE, 8)).isEqualTo(-SIZE | BASE_ADDRESS_64);
    assertThat(space.read(NARROW, 4)).isEqualTo(0xffff_f000L);
    space.write(BASE_ADDRESS + 12, 4, -1);
    assertThat(space.read(BASE_ADDRESS + 12, 4)).isZero();
  }

  @Test
  void mapsItsWindowsWhileItDecodesMemory() {
    space.write(WIDE, 8, 0x2_0000_0000L);
    space.write(NARROW, 4, 0xc000_0000L);
    assertThat(bus.read32(0x2_0000_0000L)).isEqualTo(-1);
    space.write(COMMAND, 2, COMMAND_MEMORY);
    assertThat(bus.read32(0x2_0000_0000L)).isEqualTo(7);
    assertThat(bus.read32(0xc000_0000L)).isEqualTo(8);
    space.write(COMMAND, 2, 0);
    assertThat(bus.read32(0xc000_0000L)).isEqualTo(-1);
  }

  @Test
  void movesAWindow() {
    space.write(COMMAND, 2, COMMAND_MEMORY);
    space.write(NARROW, 4, 0xc000_0000L);
    space.write(NARROW, 4, 0xd000_0000L);
    assertThat(bus.read32(0xc000_0000L)).isEqualTo(-1);
    assertThat(bus.read32(0xd000_0000L)).isEqualTo(8);
  }

  @Test
  void isNowhereAtAnAddressThatCannotBe() {
    space.write(COMMAND, 2, COMMAND_MEMORY);
    space.write(WIDE, 8, -1);
    assertThat(bus.read32(-SIZE)).isEqualTo(-1);
  }

  @Test
  void returnsToItsContentsOfPowerOn() {
    space.write(COMMAND, 2, COMMAND_MEMORY);
    space.write(NARROW, 4, 0xc000_0000L);
    space.reset();
    assertThat(space.read(COMMAND, 2)).isZero();
    assertThat(space.read(NARROW, 4)).isZero();
    assertThat(bus.read32(0xc000_0000L)).isEqualTo(-1);
  }

  @Test
  void chainsItsCapabilities() {
    int first = space.addCapability(9, 18);
    int second = space.addCapability(0x11, 12);
    assertThat(space.read(STATUS, 2) & STATUS_CAPABILITIES).isNotZero();
    assertThat(space.read(CAPABILITIES, 1)).isEqualTo(first).isEqualTo(PciHeader.SIZE);
    assertThat(space.read(first, 2)).isEqualTo(second << 8 | 9).isEqualTo(0x5409);
    assertThat(space.read(second, 2)).isEqualTo(0x11);
    assertThatThrownBy(() -> space.addCapability(9, 200)).hasMessageContaining("no room");
  }

  @Test
  void ignoresWhatCrossesItsEnd() {
    space.write(4094, 4, -1);
    assertThat(space.read(4094, 4)).isEqualTo(0xffff_ffffL);
    assertThat(space.read(4094, 2)).isZero();
  }
}
