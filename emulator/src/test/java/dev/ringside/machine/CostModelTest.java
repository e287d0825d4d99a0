package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostModelTest {
  static List<CostModel> presets() {
    return CostModel.PRESETS;
  }

  @ParameterizedTest
  @MethodSource("presets")
  void hasPresetsThatSayWhereTheyComeFrom(CostModel preset) {
    assertThat(CostModel.parse(preset.name())).isEqualTo(preset);
    assertThat(preset.toText()).isEqualTo(preset.name());
    assertThat(preset.source()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kvm,kick=2us", "zero,copy=250,used=45ns", "spdk,publish=0ns", "kevlar"})
  void readsWhatItWrites(String text) {
    CostModel model = CostModel.parse(text);

    assertThat(CostModel.parse(model.toText())).isEqualTo(model);
  }

  @Test
  void changesACostOfAPreset() {
    CostModel model = CostModel.parse("kvm,kick=2us,handler=300");

    assertThat(model.of(Cost.KICK)).isEqualTo(2000);
    assertThat(model.of(Cost.HANDLER)).isEqualTo(300);
    assertThat(model.of(Cost.INTERRUPT)).isEqualTo(CostModel.KVM.of(Cost.INTERRUPT));
    assertThat(model.of(Cost.COPY)).isZero();
    assertThat(model.toText()).isEqualTo("kvm,kick=2us,handler=300ns");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cheap          | 'cheap' is none of zero, kvm",
        "kvm,tax=5      | no COST=VALUE with one of submit, kick",
        "kvm,kick       | no COST=VALUE",
        "kvm,kick=much  | is no duration",
        "kvm,kick=100000s | not 0 to"
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> CostModel.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }
}
