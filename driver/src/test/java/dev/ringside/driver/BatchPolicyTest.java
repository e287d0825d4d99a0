package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import org.junit.jupiter.api.Test;

class BatchPolicyTest {
  private static final int REQUESTS = 24;

  /** Submits, kicks once at the end, and waits; the device notifies nobody in between. */
  private static DriverStats statsOf(BatchPolicy policy) {
    DriverSettings settings =
        DriverSettings.DEFAULT.withBatching(policy).withCompletion(CompletionPolicy.SPIN);
    try (TestDisk disk = TestDisk.blank(1024).driver(settings).start()) {
      VirtioBlkDriver driver = disk.driver();
      long buffer = disk.frames().allocate(512);
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(driver.submit(new BlockRequest().read(i).segment(buffer, 512))).isTrue();
      }
      driver.kick();
      driver.kick();
      while (driver.inFlight() > 0) {
        driver.await();
        driver.reap();
      }
      return driver.stats();
    }
  }

  @Test
  void asksForAKickAfterEveryRequest() {
    assertThat(statsOf(BatchPolicy.everyRequest()).kicksAsked()).isEqualTo(REQUESTS);
  }

  @Test
  void asksForAKickAfterEveryFewRequestsAndForTheRest() {
    assertThat(statsOf(BatchPolicy.every(8)).kicksAsked()).isEqualTo(3);
    assertThat(statsOf(BatchPolicy.every(10)).kicksAsked()).isEqualTo(3);
  }

  @Test
  void leavesTheKickToTheCaller() {
    DriverStats stats = statsOf(BatchPolicy.onLast());

    assertThat(stats.kicksAsked()).isEqualTo(1);
    assertThat(stats.kicksSent()).isEqualTo(1);
    assertThat(stats.requestsPerKick().occurrences(REQUESTS)).isEqualTo(1);
    assertThat(stats.requestsPerKick().mean()).isEqualTo(REQUESTS);
  }
}
