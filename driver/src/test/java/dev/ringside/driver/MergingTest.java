package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Scheduler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the plug makes one chain of, and what not. */
class MergingTest {
  private static final int BLOCK = 4096;
  private static final int SECTORS = BLOCK / 512;

  private static TestDisk.Builder plugged(int limit) {
    return TestDisk.blank(1 << 16)
        .driver(DriverSettings.DEFAULT.withBatching(BatchPolicy.plug(limit)));
  }

  private static BlockRequest write(long sector, long address) {
    return new BlockRequest().write(sector).segment(address, BLOCK);
  }

  private static BlockRequest read(long sector, long address) {
    return new BlockRequest().read(sector).segment(address, BLOCK);
  }

  /** Every other frame, so that no two follow each other in memory. */
  private static long[] apart(TestDisk disk, int count) {
    long base = disk.frames().allocate(2L * BLOCK * count);
    return IntStream.range(0, count).mapToLong(i -> base + 2L * BLOCK * i).toArray();
  }

  private static DriverStats finish(TestDisk disk, List<BlockRequest> requests) {
    for (BlockRequest request : requests) {
      assertThat(disk.driver().submit(request)).isTrue();
    }
    disk.finish();
    assertThat(requests).allMatch(request -> !request.isInFlight());
    return disk.driver().stats();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void makesOneChainOfNeighboursInWhateverOrderTheyCome(long seed) {
    try (TestDisk disk = plugged(32).start()) {
      long[] buffers = apart(disk, 32);
      List<BlockRequest> requests =
          new ArrayList<>(
              IntStream.range(0, 32).mapToObj(i -> write((long) i * SECTORS, buffers[i])).toList());
      switch ((int) seed) {
        case 1 -> {}
        case 2 -> Collections.reverse(requests);
        default -> Collections.shuffle(requests, new Random(seed));
      }
      DriverStats stats = finish(disk, requests);

      assertThat(stats.chains()).isEqualTo(1);
      assertThat(stats.requests()).isEqualTo(32);
      assertThat(stats.merged()).isEqualTo(31);
      assertThat(stats.completions()).isEqualTo(32);
      assertThat(requests).allMatch(request -> request.status() == BlockStatus.OK);
    }
  }

  @Test
  void takesNoMoreSegmentsThanARequestMayHave() {
    try (TestDisk disk = plugged(256).start()) {
      int most = disk.driver().limits().maxSegments();
      int count = most + 5;
      long[] buffers = apart(disk, count);
      DriverStats stats =
          finish(
              disk,
              IntStream.range(0, count)
                  .mapToObj(i -> write((long) i * SECTORS, buffers[i]))
                  .toList());

      assertThat(stats.chains()).isEqualTo(2);
    }
  }

  @Test
  void joinsSegmentsThatFollowEachOtherInMemory() {
    try (TestDisk disk = plugged(256).start()) {
      int most = disk.driver().limits().maxSegments();
      int count = Math.min(256, RequestPlug.MAX_CHAIN_BYTES / BLOCK);
      assertThat(count).isGreaterThan(most);
      long base = disk.frames().allocate((long) count * BLOCK);
      DriverStats stats =
          finish(
              disk,
              IntStream.range(0, count)
                  .mapToObj(i -> write((long) i * SECTORS, base + (long) i * BLOCK))
                  .toList());

      assertThat(stats.chains()).isEqualTo(1);
    }
  }

  @Test
  void makesNoChainLongerThanItsLimit() {
    try (TestDisk disk = plugged(32).memoryBytes(64L << 20).start()) {
      int piece = RequestPlug.MAX_CHAIN_BYTES / 2;
      long base = disk.frames().allocate(3L * piece);
      List<BlockRequest> requests =
          IntStream.range(0, 3)
              .mapToObj(
                  i ->
                      new BlockRequest()
                          .write((long) i * piece / 512)
                          .segment(base + (long) i * piece, piece))
              .toList();

      assertThat(finish(disk, requests).chains()).isEqualTo(2);
    }
  }

  @Test
  void keepsApartWhatIsNotAdjacentOrNotOfAKind() {
    try (TestDisk disk = plugged(32).start()) {
      long[] buffers = apart(disk, 4);
      DriverStats stats =
          finish(
              disk,
              List.of(
                  write(0, buffers[0]),
                  read(SECTORS, buffers[1]),
                  write(2 * SECTORS, buffers[2]),
                  write(3 * SECTORS + 1, buffers[3])));

      assertThat(stats.chains()).isEqualTo(4);
    }
  }

  /** Without workers, the device serves in the order of the ring. */
  @Test
  void keepsTheOrderOfWhatOverlapsAndOfWhatIsBetween() {
    try (TestDisk disk = plugged(32).start()) {
      long[] buffers = apart(disk, 5);
      for (int i = 0; i < 3; i++) {
        disk.memory().fill(buffers[i], BLOCK, (byte) (i + 1));
      }
      DriverStats stats =
          finish(
              disk,
              List.of(
                  write(SECTORS, buffers[0]),
                  write(SECTORS, buffers[1]),
                  read(SECTORS, buffers[3]),
                  new BlockRequest().writeZeroes(SECTORS, 1, false),
                  write(0, buffers[2]),
                  new BlockRequest().flush(),
                  read(SECTORS, buffers[4])));

      assertThat(stats.merged()).isZero();
      assertThat(disk.memory().getU8(buffers[3])).isEqualTo(2);
      assertThat(disk.memory().getU8(buffers[4])).isZero();
      assertThat(disk.memory().getU8(buffers[4] + 512)).isEqualTo(2);
    }
  }

  @Test
  void aRequestThatOverlapsDoesNotSplitTheChain() {
    try (TestDisk disk = plugged(32).start()) {
      long[] buffers = apart(disk, 4);
      BlockRequest inside = new BlockRequest().write(4).segment(buffers[3], 512);
      DriverStats stats =
          finish(
              disk,
              List.of(
                  write(0, buffers[0]),
                  write(SECTORS, buffers[1]),
                  write(2 * SECTORS, buffers[2]),
                  inside));

      assertThat(stats.chains()).isEqualTo(2);
    }
  }

  /** A full ring has room again once its neighbours are one chain. */
  @Test
  void hasMoreRequestsInFlightThanTheRingHasChains() {
    try (TestDisk disk = plugged(256).queueSize(8).start()) {
      long base = disk.frames().allocate(64L * BLOCK);
      List<BlockRequest> requests =
          IntStream.range(0, 16)
              .mapToObj(i -> write((long) i * SECTORS, base + (long) i * BLOCK))
              .toList();
      for (BlockRequest request : requests) {
        assertThat(disk.driver().submit(request)).isTrue();
      }
      assertThat(disk.driver().inFlight()).isEqualTo(16);
      disk.finish();
      assertThat(requests).allMatch(request -> request.status() == BlockStatus.OK);
    }
  }

  @Test
  void allPartsOfAChainThatFailsHaveFailed() {
    try (TestDisk disk = plugged(32).faults("write nth 1: io-error").start()) {
      long[] buffers = apart(disk, 5);
      int[] ends = new int[5];
      List<BlockRequest> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int number = i;
        long sector = i < 4 ? (long) i * SECTORS : 100L * SECTORS;
        requests.add(write(sector, buffers[i]).onCompletion(request -> ends[number]++));
      }
      finish(disk, requests);

      assertThat(requests.subList(0, 4)).allMatch(r -> r.status() == BlockStatus.IO_ERROR);
      assertThat(requests.get(4).status()).isEqualTo(BlockStatus.OK);
      assertThat(ends).containsOnly(1);
    }
  }

  /** Three in one chain that the device does not end, and two that it has not seen. */
  @ParameterizedTest
  @EnumSource(RecoveryPolicy.class)
  void aRecoveryEndsEveryPartOnce(RecoveryPolicy recovery) {
    DriverSettings driver =
        DriverSettings.DEFAULT.withBatching(BatchPolicy.plug(32)).withRecovery(recovery);
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(1 << 16)
                  .scheduler(scheduler)
                  .driver(driver)
                  .faults("read: stuck once")
                  .start()) {
            recoverInTheMiddle(disk, scheduler, recovery);
          }
        });
  }

  private static void recoverInTheMiddle(
      TestDisk disk, Scheduler scheduler, RecoveryPolicy recovery) {
    long[] buffers = apart(disk, 5);
    int[] ends = new int[5];
    List<BlockRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      requests.add(read((long) i * SECTORS, buffers[i]).onCompletion(request -> ends[number]++));
    }
    requests.subList(0, 3).forEach(disk.driver()::submit);
    disk.driver().kick();
    // The device takes the chain, and keeps it.
    scheduler.sleep(1_000);
    requests.subList(3, 5).forEach(disk.driver()::submit);
    assertThat(disk.driver().inFlight()).isEqualTo(5);

    disk.driver().recover();
    disk.finish();

    assertThat(ends).containsOnly(1);
    BlockStatus expected =
        switch (recovery) {
          case FAIL -> BlockStatus.IO_ERROR;
          case RESUBMIT -> BlockStatus.OK;
        };
    assertThat(requests).allMatch(request -> request.status() == expected);
  }
}
