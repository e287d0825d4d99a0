package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestMemoryTest {
  private static final long SIZE = 8 * GuestMemory.FRAME_SIZE;
  private static final long HOLE_START = 3 * GuestMemory.FRAME_SIZE;
  private static final long HOLE_END = 16 * GuestMemory.FRAME_SIZE;

  private final GuestMemory memory = GuestMemory.anonymous(SIZE, HOLE_START, HOLE_END);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void keepsLittleEndianNumbersOfEveryWidth() {
    memory.setU64(101, 0x1122_3344_5566_7788L);

    assertThat(memory.getU8(101)).isEqualTo(0x88);
    assertThat(memory.getU16(102)).isEqualTo(0x6677);
    assertThat(memory.getU32(105)).isEqualTo(0x1122_3344);
    memory.setU16Release(64, 0xfffe);
    assertThat(memory.getU16Acquire(64)).isEqualTo(0xfffe);
  }

  /** Addresses in units of a frame and bytes beyond; RAM is frames 0 to 2 and 16 to 20. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 12288, 0",
    "0, 0, 12289, -1",
    "2, 4095, 1, 12287",
    "2, 4095, 2, -1",
    "3, 0, 0, 12288",
    "3, 0, 1, -1",
    "15, 4095, 1, -1",
    "16, 0, 20480, 12288",
    "16, 0, 20481, -1",
    "20, 4095, 1, 32767",
    "21, 0, 0, 32768",
    "21, 0, 1, -1",
    "0, -1, 1, -1",
    "0, -8, 16, -1",
    "0, 0, -1, -1",
    "16, 0, -5, -1"
  })
  void findsExactlyTheRangesThatAreRam(long frame, long bytes, long length, long offset) {
    long address = frame * GuestMemory.FRAME_SIZE + bytes;

    assertThat(memory.offset(address, length)).isEqualTo(offset);
    assertThat(memory.contains(address, length)).isEqualTo(offset >= 0);
  }

  @Test
  void refusesEveryAccessThatIsNotAllRam() {
    assertThatThrownBy(() -> memory.getU16(HOLE_START - 1))
        .isInstanceOf(GuestAddressException.class)
        .hasMessageContaining("0x2fff + 2");
    assertThatThrownBy(() -> memory.setU64(-4, 1)).isInstanceOf(GuestAddressException.class);
    assertThatThrownBy(() -> memory.slice(HOLE_START - 8, 16))
        .isInstanceOf(GuestAddressException.class);
    assertThatThrownBy(() -> memory.read(memory.end() - 1, new byte[2], 0, 2))
        .isInstanceOf(GuestAddressException.class);
  }

  @Test
  void showsItsBytesToChronicle() {
    memory.setU32(HOLE_END + 8, 0xcafe_f00d);

    Bytes<?> view = memory.bytes(HOLE_END, 16);

    assertThat(view.readInt(8)).isEqualTo(0xcafe_f00d);
    assertThat(view.readRemaining()).isEqualTo(16);
  }

  @Test
  void sharesAMemfdWithWhoeverHasItsDescriptor() throws IOException {
    try (GuestMemory shared = GuestMemory.memfd(SIZE)) {
      shared.setU32(4096, 0x600d_cafe);
      Path descriptor = Path.of("/proc/self/fd/" + Objects.requireNonNull(shared.file()).number());
      try (FileChannel other = FileChannel.open(descriptor, StandardOpenOption.READ)) {
        assertThat(other.size()).isEqualTo(SIZE);
        assertThat(other.map(FileChannel.MapMode.READ_ONLY, 4096, 4).get(0) & 0xff).isEqualTo(0xfe);
      }
    }
  }

  @Test
  void refusesASizeThatIsNoMultipleOfAFrame() {
    assertThatThrownBy(() -> GuestMemory.anonymous(4097))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4097");
  }
}
