package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignalTest {
  private final RealScheduler scheduler = new RealScheduler();
  private final Signal signal = new Signal();

  @Test
  void givesUpWhenNobodyRaises() {
    long start = scheduler.clock().nanoTime();

    assertThat(signal.await(scheduler, 1_000_000)).isFalse();
    assertThat(scheduler.clock().nanoTime() - start).isGreaterThanOrEqualTo(1_000_000);
  }

  @Test
  void takesBackWhatWasRaisedBeforeOrMeanwhile() {
    signal.raise();
    assertThat(signal.await(scheduler, 0)).isTrue();
    assertThat(signal.consume()).isFalse();

    Task raiser = scheduler.start("raiser", signal::raise);
    assertThat(signal.await(scheduler, Long.MAX_VALUE)).isTrue();
    raiser.join();
  }
}
