package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.BorrowedMemory.Access;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.FileCalls;
import dev.ringside.posix.MemoryFile;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BorrowedMemoryTest {
  private static final long PAGE = GuestMemory.FRAME_SIZE;
  private static final long FILE_SIZE = 16 * PAGE;
  private static final long TIB = 1L << 40;

  private final Descriptor file = MemoryFile.create("guest", FILE_SIZE);
  private final BorrowedMemory borrowed = new BorrowedMemory();
  private final GuestMemory memory = borrowed.memory();

  /** The owner's view of the file. */
  private final BorrowedMemory owner = new BorrowedMemory();

  BorrowedMemoryTest() throws IOException {
    owner.map(0, FILE_SIZE, file, 0, Access.READ_WRITE);
  }

  @AfterEach
  void close() {
    borrowed.close();
    owner.close();
    file.close();
  }

  private void map(long address, long pages, long filePage) throws MemoryRegionException {
    borrowed.map(address, pages * PAGE, file, filePage * PAGE, Access.READ_WRITE);
  }

  @Test
  void hasNoRamBeforeTheFirstRegion() {
    assertThat(memory.contains(0, 0)).isFalse();
    assertThat(memory.contains(0, 1)).isFalse();
    assertThat(memory.size()).isZero();
    assertThat(memory.end()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 32, 0x5555_5555_4000L, 0x7fff_f7d0_0000L, -1L << 20})
  void showsTheOwnersBytesWhereverTheRegionIs(long address) throws MemoryRegionException {
    map(address, 2, 3);

    owner.memory().setU32(3 * PAGE + 8, 0xcafe_f00d);
    memory.setU32(address + 2 * PAGE - 4, 0x600d_600d);

    assertThat(memory.getU32(address + 8)).isEqualTo(0xcafe_f00d);
    assertThat(owner.memory().getU32(5 * PAGE - 4)).isEqualTo(0x600d_600d);
    assertThat(memory.contains(address, 2 * PAGE)).isTrue();
    assertThat(memory.contains(address - 1, 1)).isFalse();
    assertThat(memory.contains(address, 2 * PAGE + 1)).isFalse();
    assertThat(memory.contains(address, -1)).isFalse();
    assertThat(memory.address(memory.offset(address + 5, 1))).isEqualTo(address + 5);
  }

  /** As QEMU splits the memory of a PC: pages of the file in another order than in the guest. */
  @Test
  void letsARangeLieInTwoRegionsThatTouch() throws MemoryRegionException {
    map(4 * PAGE, 4, 0);
    map(0, 4, 8);
    map(12 * PAGE, 1, 12);

    assertThat(memory.contains(0, 8 * PAGE)).isTrue();
    memory.setU64(4 * PAGE - 4, 0x1122_3344_5566_7788L);

    assertThat(owner.memory().getU32(12 * PAGE - 4)).isEqualTo(0x5566_7788);
    assertThat(owner.memory().getU32(0)).isEqualTo(0x1122_3344);
    assertThat(memory.contains(8 * PAGE - 4, 8)).isFalse();
    assertThat(memory.contains(12 * PAGE - 4, 8)).isFalse();
    assertThat(memory.size()).isEqualTo(9 * PAGE);
  }

  @Test
  void letsARangeCrossATebibyte() throws MemoryRegionException {
    map(3 * TIB - PAGE, 2, 0);
    map(4 * TIB - PAGE, 1, 2);
    map(4 * TIB, 1, 3);

    memory.setU64(3 * TIB - 4, 0x1122_3344_5566_7788L);
    memory.setU64(4 * TIB - 4, 0x99aa_bbcc_ddee_ff00L);

    assertThat(owner.memory().getU64(PAGE - 4)).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(owner.memory().getU64(3 * PAGE - 4)).isEqualTo(0x99aa_bbcc_ddee_ff00L);
  }

  @Test
  void keepsWhatIsWrittenToAReadOnlyRegionToItself() throws MemoryRegionException {
    owner.memory().setU32(0, 42);
    borrowed.map(0, PAGE, file, 0, Access.READ_ONLY);

    assertThat(memory.getU32(0)).isEqualTo(42);
    memory.setU32(0, 43);

    assertThat(owner.memory().getU32(0)).isEqualTo(42);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, empty",
    "0, -4096, 0, too large",
    "0, 9223372036854771712, 0, larger than",
    "0, 69632, 0, not inside its file",
    "0, 4096, 65536, not inside its file",
    "0, 4096, -4096, not inside its file",
    "0, 4096, 9223372036854771712, not inside its file",
    "1, 4096, 0, not in whole pages",
    "0, 4097, 0, not in whole pages",
    "0, 4096, 512, not in whole pages",
    "-4096, 4096, 0, wraps around",
    "-4096, 8192, 0, wraps around",
    "20480, 4096, 0, overlaps region 0x4000 + 0x4000",
    "16384, 4096, 0, overlaps",
    "12288, 8192, 0, overlaps",
    "28672, 8192, 0, overlaps",
    "0, 65536, 0, overlaps"
  })
  void refusesARegionThatCannotBeMemory(long address, long size, long offset, String why)
      throws MemoryRegionException {
    map(4 * PAGE, 4, 0);

    assertThatThrownBy(() -> borrowed.map(address, size, file, offset, Access.READ_WRITE))
        .isInstanceOf(MemoryRegionException.class)
        .hasMessageContaining("0x%x + 0x%x".formatted(address, size))
        .hasMessageContaining(why);
    assertThat(borrowed.regions()).isEqualTo(1);
    assertThat(memory.size()).isEqualTo(4 * PAGE);
  }

  @Test
  void refusesADescriptorThatIsNoFile() throws IOException {
    EventDescriptor event = EventDescriptor.create();
    assertThatThrownBy(() -> borrowed.map(0, PAGE, event.descriptor(), 0, Access.READ_WRITE))
        .isInstanceOf(MemoryRegionException.class)
        .hasMessageContaining("not inside its file of 0x0 bytes");
    event.close();
  }

  @Test
  void refusesRegionsThatAreTooFarApartUntilOthersGo() throws MemoryRegionException {
    for (int i = 0; i < ReservationSlots.SLOTS; i++) {
      map(3L * i * TIB, 1, i);
    }

    assertThatThrownBy(() -> map(100 * TIB, 1, 0)).hasMessageContaining("too far");
    borrowed.unmap(6 * TIB, PAGE);
    map(100 * TIB, 1, 0);

    assertThat(memory.contains(100 * TIB, PAGE)).isTrue();
  }

  @Test
  void leavesZerosWhereARegionWas() throws MemoryRegionException {
    owner.memory().fill(0, FILE_SIZE, (byte) 7);
    map(0, 4, 0);
    long stale = memory.offset(PAGE, 8);

    borrowed.unmap(0, 4 * PAGE);

    assertThat(memory.contains(PAGE, 8)).isFalse();
    assertThat(LittleEndian.getU64(memory.segment(), stale)).isZero();
    LittleEndian.setU64(memory.segment(), stale, -1);
    assertThat(owner.memory().getU64(PAGE)).isEqualTo(0x0707_0707_0707_0707L);
    assertThatThrownBy(() -> borrowed.unmap(0, 4 * PAGE)).hasMessageContaining("no such region");
  }

  @Test
  void takesNoPartOfARegionAway() throws MemoryRegionException {
    map(0, 4, 0);

    assertThatThrownBy(() -> borrowed.unmap(0, 2 * PAGE)).hasMessageContaining("no such region");
    assertThatThrownBy(() -> borrowed.unmap(PAGE, 3 * PAGE)).hasMessageContaining("no such region");
    assertThat(memory.size()).isEqualTo(4 * PAGE);
  }

  @Test
  void replacesRegionsUnderTasksThatUseThem() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    map(8 * PAGE, 1, 8);
    Task reader =
        new RealScheduler()
            .start(
                "reader",
                () -> {
                  while (!done.get()) {
                    long offset = memory.offset(0, 4 * PAGE);
                    if (offset >= 0) {
                      memory.segment().asSlice(offset, 4 * PAGE).fill((byte) 1);
                    }
                    memory.setU64(8 * PAGE, memory.getU64(8 * PAGE) + 1);
                  }
                });
    for (int i = 0; i < 2_000; i++) {
      map(0, 4, 0);
      borrowed.unmap(0, 4 * PAGE);
    }
    done.set(true);
    reader.join();

    assertThat(owner.memory().getU64(8 * PAGE)).isPositive();
    assertThat(owner.memory().getU64(4 * PAGE)).isZero();
  }

  @Test
  void endsAnAccessBehindTheNewEndOfItsFileWithAnError() throws IOException {
    map(0, 8, 0);
    memory.setU64(6 * PAGE, 1);
    FileCalls.truncate(file, 2 * PAGE);

    assertThatThrownBy(() -> readOften(6 * PAGE)).isInstanceOf(InternalError.class);
    byte[] copy = new byte[(int) PAGE];
    assertThatThrownBy(() -> memory.read(6 * PAGE, copy, 0, copy.length))
        .isInstanceOf(InternalError.class);
    assertThat(memory.getU64(PAGE)).isZero();
  }

  /** Until the compiler has had its turn. */
  private long readOften(long address) {
    long sum = 0;
    for (int i = 0; i < 20_000; i++) {
      sum += memory.getU64(address);
    }
    return sum;
  }

  @Test
  void returnsItsAddressSpace() throws Exception {
    for (int i = 0; i < 200; i++) {
      // 200 reservations of 16 TiB do not fit into 128 TiB.
      try (BorrowedMemory one = new BorrowedMemory()) {
        one.map(0, PAGE, file, 0, Access.READ_WRITE);
      }
    }
  }
}
