package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ValuesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          7                    | 7
          1,2,4                | 1 2 4
          last; every:4        | last every:4
          off;8,50000          | off 8,50000
          1..4                 | 1 2 3 4
          1..64 x2             | 1 2 4 8 16 32 64
          1,2,4..64x2          | 1 2 4 8 16 32 64
          1..50 x3             | 1 3 9 27
          0..100 step 25       | 0 25 50 75 100
          0..1 step 0.25       | 0 0.25 0.5 0.75 1
          log 100..10000 3     | 100 1000 10000
          log 1..10 9          | 1 2 3 4 6 7 10
          1,1,2                | 1 2
          """)
  void readsValuesAndRanges(String text, String expected) throws ExperimentException {
    assertThat(Values.parse(text)).containsExactly(expected.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          64..1           | is empty
          1..8 x1         | never reaches its end
          0..8 x2         | never reaches its end
          0..8 step 0     | never reaches its end
          log 0..10 3     | needs a first number above 0
          log 10..1 3     | is empty
          1..1000000      | has more than
          1..8 twice      | is no range
          1,,2            | has an empty value
          """)
  void saysWhatIsWrongWithARange(String text, String problem) {
    assertThatExceptionOfType(ExperimentException.class)
        .isThrownBy(() -> Values.parse(text))
        .withMessageContaining(problem)
        .withMessageNotContaining("\n");
  }
}
