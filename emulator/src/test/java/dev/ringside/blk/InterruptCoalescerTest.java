package dev.ringside.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an interrupt is raised, on a clock that the test moves. */
class InterruptCoalescerTest {
  private static final long MILLISECOND = 1_000_000;
  private static final long WINDOW = 10 * MILLISECOND;

  private long now;

  private InterruptCoalescer coalescer(CoalescingPolicy policy) {
    return new InterruptCoalescer(policy, () -> now);
  }

  @Test
  void theCountRaises() {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.CountOrTime(4, 5000));

    assertThat(coalescer.published(1, true)).isFalse();
    assertThat(coalescer.published(2, true)).isFalse();
    assertThat(coalescer.published(1, true)).isTrue();
    assertThat(coalescer.raised()).isEqualTo(4);
    assertThat(coalescer.due()).isEqualTo(InterruptCoalescer.NEVER);
  }

  @Test
  void theTimeRunsFromTheFirstEntry() {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.CountOrTime(100, 5000));
    now = 300;
    coalescer.published(1, true);
    now = 5299;
    coalescer.published(1, true);

    assertThat(coalescer.due()).isEqualTo(5300);
    assertThat(coalescer.isDue()).isFalse();
    now = 5300;
    assertThat(coalescer.isDue()).isTrue();
    assertThat(coalescer.published(1, false)).isTrue();
  }

  @Test
  void aWishStandsUntilItIsFulfilled() {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.CountOrTime(3, 5000));

    coalescer.published(1, true);
    coalescer.published(1, false);
    assertThat(coalescer.published(1, false)).isTrue();
  }

  @Test
  void nothingIsHeldForADriverThatWantsNone() {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.CountOrTime(2, 5000));

    assertThat(coalescer.published(10, false)).isFalse();
    assertThat(coalescer.due()).isEqualTo(InterruptCoalescer.NEVER);
    assertThat(coalescer.published(1, true)).isFalse();
  }

  /** With 60000 a second as the threshold and 10 us: 10 us * (rate - 60000) / 60000. */
  @ParameterizedTest
  @CsvSource({"600, 0", "599, 0", "1200, 10000", "1800, 20000", "900, 5000"})
  void thePauseFollowsTheRateOfTheLastWindow(int requestsInTheWindow, long pauseNs) {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.Rate(60_000, 10_000));
    now = WINDOW;
    assertThat(coalescer.published(requestsInTheWindow, true)).isTrue();
    coalescer.raised();

    now = WINDOW + 1000;
    assertThat(coalescer.published(1, true)).isEqualTo(pauseNs <= 1000);
    assertThat(coalescer.due()).isEqualTo(WINDOW + Math.max(1000, pauseNs));
  }

  @Test
  void aQuietWindowEndsThePause() {
    InterruptCoalescer coalescer = coalescer(new CoalescingPolicy.Rate(60_000, 10_000));
    now = WINDOW;
    coalescer.published(6000, true);
    coalescer.raised();
    now = 2 * WINDOW;
    coalescer.published(1, true);
    coalescer.raised();
    now += 1;

    assertThat(coalescer.published(1, true)).isTrue();
  }

  @Test
  void nothingIsHeldForLongerThanASecond() {
    InterruptCoalescer coalescer =
        coalescer(new CoalescingPolicy.Rate(1, CoalescingPolicy.MAX_DELAY_NS));
    now = WINDOW;
    coalescer.published(60_000, true);
    coalescer.raised();

    coalescer.published(1, true);
    assertThat(coalescer.due()).isEqualTo(WINDOW + CoalescingPolicy.MAX_DELAY_NS);
    assertThatThrownBy(() -> new CoalescingPolicy.CountOrTime(1, CoalescingPolicy.MAX_DELAY_NS + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
