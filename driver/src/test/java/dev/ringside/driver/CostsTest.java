package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each cost of the route shows up in virtual time, as often as what it is the cost of. */
class CostsTest {
  private static final long COST = 1_000_000;
  private static final int SECTORS = 1024;
  private static final int BYTES = 4096;
  private static final int BATCHES = 3;
  private static final int BATCH = 4;

  /**
   * What some batches of reads take, one after the other, by a driver that waits for interrupts.
   */
  private static long elapsed(CostModel costs) {
    long[] elapsed = new long[1];
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(SECTORS)
                  .scheduler(scheduler)
                  .costs(costs)
                  .driver(DriverSettings.DEFAULT.withBatching(BatchPolicy.onLast()))
                  .start()) {
            long start = scheduler.clock().nanoTime();
            for (int batch = 0; batch < BATCHES; batch++) {
              submit(disk.driver());
              disk.finish();
            }
            elapsed[0] = scheduler.clock().nanoTime() - start;
          }
        });
    return elapsed[0];
  }

  private static void submit(VirtioBlkDriver driver) {
    for (int i = 0; i < BATCH; i++) {
      long buffer = driver.frames().allocate(BYTES);
      driver.submit(new BlockRequest().read(8L * i).segment(buffer, BYTES));
    }
    driver.kick();
  }

  @ParameterizedTest
  @CsvSource({
    // of each batch: one notification, one wake-up, one publish, one interrupt
    "KICK, 1",
    "WAKE, 1",
    "USED, 1",
    "INTERRUPT, 1",
    "HANDLER, 1",
    // of each request
    "SUBMIT, 4",
    "CHAIN, 4",
    "COMPLETE, 4",
    // header, data, status and the indirect table
    "DESCRIPTOR, 16",
    // nothing is suppressed and nobody polls
    "PUBLISH, 0",
    "POLL, 0"
  })
  void isChargedForEach(Cost cost, int timesABatch) {
    assertThat(elapsed(CostModel.ZERO.with(cost, COST))).isEqualTo(COST * BATCHES * timesABatch);
  }

  @Test
  void isChargedByTheByteForACopy() {
    long picoseconds = 250;

    assertThat(elapsed(CostModel.ZERO.with(Cost.COPY, picoseconds)))
        .isEqualTo(picoseconds * BATCHES * BATCH * BYTES / 1000);
  }

  @Test
  void addsUp() {
    CostModel all = CostModel.ZERO;
    long sum = 0;
    for (Cost cost : Cost.values()) {
      long value = 1000L + cost.key().length();
      sum += elapsed(CostModel.ZERO.with(cost, value));
      all = all.with(cost, value);
    }

    assertThat(elapsed(all)).isEqualTo(sum);
  }

  @Test
  void isChargedForAStoreThatNeedsNoNotification() {
    long[] elapsed = new long[1];
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(SECTORS)
                  .scheduler(scheduler)
                  .costs(CostModel.ZERO.with(Cost.PUBLISH, COST))
                  .device(BlkSettings.DEFAULT.withWaiting(WaitPolicy.poll()))
                  .driver(
                      DriverSettings.DEFAULT
                          .withBatching(BatchPolicy.onLast())
                          .withCompletion(CompletionPolicy.SPIN))
                  .start()) {
            // The first notification is sent; then the device polls, and says so.
            submit(disk.driver());
            disk.finish();
            long start = scheduler.clock().nanoTime();
            submit(disk.driver());
            disk.finish();
            elapsed[0] = scheduler.clock().nanoTime() - start;
            assertThat(disk.driver().stats().kicksSuppressed()).isOne();
          }
        });

    assertThat(elapsed[0]).isEqualTo(COST);
  }
}
