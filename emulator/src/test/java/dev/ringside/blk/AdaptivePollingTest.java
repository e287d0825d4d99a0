package dev.ringside.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is learnt from how long work did not come. */
class AdaptivePollingTest {
  private static long limitAfter(WaitPolicy.Adaptive policy, long... idleNs) {
    AdaptivePolling learnt = new AdaptivePolling(policy);
    for (long idle : idleNs) {
      learnt.workCame(idle);
    }
    return learnt.limitNs();
  }

  @Test
  void beginsWithoutPolling() {
    assertThat(limitAfter(new WaitPolicy.Adaptive(4000, 32_000, 2, 0))).isZero();
  }

  @Test
  void growsWhenPollingOnWouldHaveBeenBetter() {
    WaitPolicy.Adaptive policy = new WaitPolicy.Adaptive(4000, 20_000, 2, 0);

    assertThat(limitAfter(policy, 100)).isEqualTo(4000);
    assertThat(limitAfter(policy, 100, 5000)).isEqualTo(8000);
    assertThat(limitAfter(policy, 100, 5000, 9000, 17_000)).isEqualTo(20_000);
  }

  @Test
  void staysWhileWorkComesInTime() {
    assertThat(limitAfter(new WaitPolicy.Adaptive(4000, 32_000, 2, 0), 100, 4000, 1))
        .isEqualTo(4000);
  }

  @Test
  void shrinksWhenNoPollingWouldHaveBeenLongEnough() {
    assertThat(limitAfter(new WaitPolicy.Adaptive(4000, 32_000, 2, 0), 100, 5000, 32_001)).isZero();
    assertThat(limitAfter(new WaitPolicy.Adaptive(4000, 32_000, 2, 4), 100, 5000, 32_001))
        .isEqualTo(2000);
  }

  @Test
  void noNumberIsTooLarge() {
    WaitPolicy.Adaptive policy = new WaitPolicy.Adaptive(1L << 61, Long.MAX_VALUE, 1000, 0);

    assertThat(limitAfter(policy, 1, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"0, 10, 2, 0", "10, 9, 2, 0", "1, 10, 1, 0", "1, 10, 2, 1", "1, 10, 2, -1"})
  void refusesWhatDoesNotLearn(long start, long most, int grow, int shrink) {
    assertThatThrownBy(() -> new WaitPolicy.Adaptive(start, most, grow, shrink))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
