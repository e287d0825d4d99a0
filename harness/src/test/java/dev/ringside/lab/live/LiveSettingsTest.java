package dev.ringside.lab.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LiveSettingsTest {
  @Test
  void everyDefaultIsAllowed() throws LiveSettingException {
    for (LiveSetting setting : LiveSetting.values()) {
      assertThat(setting.problem(setting.defaultValue())).isEmpty();
    }
    assertThat(LiveSettings.defaults().with(Map.of()).machine().device().queueSize()).isEqualTo(16);
  }

  @Test
  void keepsWhatIsNotChanged() throws LiveSettingException {
    LiveSettings settings =
        LiveSettings.defaults().with(Map.of("ring", "packed")).with(Map.of("seed", "-7"));
    assertThat(settings.isPacked()).isTrue();
    assertThat(settings.number(LiveSetting.SEED)).isEqualTo(-7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          depth       | 4       | 'depth' is no setting; there are time, ring
          ring        | square  | ring must be split or packed, not 'square'
          queue-depth | many    | queue-depth must be a whole number of 1 to 32768, not 'many'
          queue-depth | 0       | queue-depth must be a whole number of 1 to 32768, not 0
          reads       | 101     | reads must be a whole number of 0 to 100 %, not 101
          seed        | x       | seed must be a whole number, not 'x'
          queue-size  | 24      | queue-size must be a power of two in a split ring, not 24
          queue-depth | 17      | queue-depth 17 does not fit: a ring of 16 holds 16 requests
          indirect    | off     | queue-depth 8 does not fit: a ring of 16 holds 5 requests
          size        | 1000    | size must be a multiple of 512, not 1000
          service     | slow    | service:
          batch       | pluk:3  | batch: 'pluk:3' is not each, every:N
          batch       | every:17 | batch every:17 does not fit: a ring of 16 holds 16 requests
          completion  | wait    | completion: 'wait' is not spin, interrupt
          wait        | long    | wait: 'long' is not sleep
          coalesce    | 4       | coalesce: '4' is not off
          costs       | cheap   | costs: 'cheap' is none of zero
          costs       | kvm,tea=1us | costs: 'tea=1us' is no COST=VALUE
          faults      | many    | faults: line 1
          faults      | read: stuck | faults need timeout-ns
          """)
  void refusesInOneLine(String name, String value, String why) {
    assertThatThrownBy(() -> LiveSettings.defaults().with(Map.of(name, value)))
        .isInstanceOf(LiveSettingException.class)
        .hasMessageStartingWith(why)
        .hasMessageNotContaining("\n");
  }
}
