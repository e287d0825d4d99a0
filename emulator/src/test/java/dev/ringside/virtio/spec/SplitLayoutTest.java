package dev.ringside.virtio.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitLayoutTest {
  /** The index moves from old to new; the event lies somewhere; all modulo 2^16. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1, true",
    "1, 0, 1, false",
    "5, 0, 10, true",
    "9, 0, 10, true",
    "10, 0, 10, false",
    "65535, 0, 10, false",
    "65535, 65535, 0, true",
    "65535, 65530, 5, true",
    "4, 65530, 5, true",
    "5, 65530, 5, false",
    "65529, 65530, 5, false",
    "7, 7, 7, false"
  })
  void notifiesWhenTheIndexPassesTheEvent(int event, int old, int next, boolean passes) {
    assertThat(SplitLayout.passesEvent(event, next, old)).isEqualTo(passes);
  }

  @Test
  void packsLengthFlagsAndNextIntoOneWord() {
    long word = SplitLayout.descriptorWord(0xffff_fff0, 0x8003, 0xfffe);

    assertThat(SplitLayout.length(word)).isEqualTo(0xffff_fff0L);
    assertThat(SplitLayout.flags(word)).isEqualTo(0x8003);
    assertThat(SplitLayout.next(word)).isEqualTo(0xfffe);
  }

  @Test
  void sizesTheAreasAsTheSpecificationDoes() {
    assertThat(SplitLayout.descriptorTableBytes(256)).isEqualTo(4096);
    assertThat(SplitLayout.availableRingBytes(256)).isEqualTo(518);
    assertThat(SplitLayout.usedRingBytes(256)).isEqualTo(2054);
  }
}
