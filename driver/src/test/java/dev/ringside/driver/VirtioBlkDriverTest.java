package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.virtio.spec.Feature;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scenarios for every way in which driver and device can wait, and lay out their rings.
 */
class VirtioBlkDriverTest {
  private static final long INDIRECT_AND_EVENTS =
      Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);
  private static final long PACKED = Feature.RING_PACKED.mask();
  private static final long IN_ORDER = Feature.IN_ORDER.mask();

  /** Sets of features that the driver does without. */
  private static final Long[] WITHOUT = {
    PACKED | IN_ORDER,
    PACKED | IN_ORDER | INDIRECT_AND_EVENTS,
    PACKED,
    IN_ORDER,
    IN_ORDER | INDIRECT_AND_EVENTS,
    0L
  };

  static Stream<TestDisk.Builder> disks() {
    return Stream.of(CompletionPolicy.values())
        .flatMap(
            completion ->
                Stream.of(WaitPolicy.sleep(), WaitPolicy.poll(), WaitPolicy.adaptive(32_000))
                    .flatMap(
                        waiting ->
                            Stream.of(WITHOUT)
                                .flatMap(
                                    without ->
                                        Stream.of(0, 2)
                                            .map(
                                                workers ->
                                                    TestDisk.blank(1 << 16)
                                                        .device(
                                                            BlkSettings.DEFAULT
                                                                .withWaiting(waiting)
                                                                .withWorkers(workers))
                                                        .driver(
                                                            DriverSettings.DEFAULT
                                                                .withCompletion(completion)
                                                                .withFeatures(~without))))));
  }

  @ParameterizedTest
  @MethodSource("disks")
  void readsBackWhatWasWritten(TestDisk.Builder builder) {
    try (TestDisk disk = builder.start()) {
      long out = disk.frames().allocate(8192);
      long in = disk.frames().allocate(8192);
      disk.memory().fill(out, 8192, (byte) 0x5a);

      BlockRequest write =
          new BlockRequest().write(100).segment(out, 4096).segment(out + 4096, 512);
      assertThat(disk.execute(write).status()).isEqualTo(BlockStatus.OK);
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
      BlockRequest read = new BlockRequest().read(99).segment(in, 512).segment(in + 512, 5120);
      assertThat(disk.execute(read).status()).isEqualTo(BlockStatus.OK);

      assertThat(disk.memory().getU8(in + 511)).isZero();
      assertThat(disk.memory().getU8(in + 512)).isEqualTo(0x5a);
      assertThat(disk.memory().getU8(in + 512 + 4607)).isEqualTo(0x5a);
      assertThat(disk.memory().getU8(in + 512 + 4608)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("disks")
  void completesAThousandRequestsInBatches(TestDisk.Builder builder) {
    try (TestDisk disk = builder.start()) {
      VirtioBlkDriver driver = disk.driver();
      int batch = driver.limits().queueDepth();
      long buffer = disk.frames().allocate(4096);
      int done = 0;
      while (done < 100 * batch) {
        for (int i = 0; i < batch; i++) {
          assertThat(driver.submit(new BlockRequest().read(i * 8L).segment(buffer, 4096))).isTrue();
        }
        assertThat(driver.submit(new BlockRequest().read(0).segment(buffer, 512))).isFalse();
        driver.kick();
        while (driver.inFlight() > 0) {
          driver.await();
          done += driver.reap();
        }
      }
      assertThat(driver.stats().requests()).isEqualTo(100L * batch);
      assertThat(driver.stats().kicksAsked()).isEqualTo(100);
    }
  }
}
