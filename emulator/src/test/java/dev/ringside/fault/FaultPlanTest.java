package dev.ringside.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  /** As a plan prints it: operations in one order, times in the largest unit, a space a word. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "read sectors 100-199 nth 3: io-error once",
        "read,write,flush,discard,write-zeroes,secure-erase: io-error",
        "read sectors 7: latent-error once",
        "write every 10: bit-rot 3",
        "write: torn-write 1536",
        "write tag 12: torn-write 100 reported sticky",
        "write,discard probability 0.01 stream flaky: dropped-write",
        "read queue 1: misdirected -8",
        "read: stale-read",
        "flush after 5ms: lost-flush sticky",
        "write after 1001us nth 2: early-flush",
        "flush: delay 20us",
        "other: stuck",
        "read: wrong-used-id 65535",
        "write: wrong-used-length 4294967295",
        "read,other: duplicate-used",
        "interrupt queue 0 every 2: lost-interrupt",
        "kick,interrupt: spurious-interrupt",
        "kick probability 1.0E-4: lost-kick",
        "kick after 3s: delayed-kick 1ns"
      })
  void printsWhatItReads(String line) throws FaultPlanException {
    FaultPlan plan = FaultPlan.parse(line);

    assertThat(plan).hasToString(line + "\n");
    assertThat(FaultPlan.parse(plan.toString())).isEqualTo(plan);
  }

  @Test
  void readsARuleALine() throws FaultPlanException {
    FaultPlan plan =
        FaultPlan.parse(
            """
            # The third read of this range fails,

              read  sectors 100-199 nth 3 :io-error  # and
            flush , write: delay 1000us sticky
            """);

    assertThat(plan)
        .isEqualTo(
            FaultPlan.of(
                new FaultRule(
                    FaultSelector.of(FaultOperation.READ)
                        .withSectors(100, 199)
                        .withOccurrence(new Occurrence.Nth(3)),
                    new StorageEffect.IoError()),
                new FaultRule(
                    FaultSelector.of(EnumSet.of(FaultOperation.WRITE, FaultOperation.FLUSH)),
                    new StorageEffect.Delay(1_000_000),
                    Repetition.STICKY)));
  }

  @Test
  void anyIsWhatTheEffectCanHappenTo() throws FaultPlanException {
    assertThat(FaultPlan.parse("any nth 2: spurious-interrupt"))
        .isEqualTo(FaultPlan.parse("kick,interrupt nth 2: spurious-interrupt"));
    assertThat(FaultPlan.parse("any: lost-flush")).isEqualTo(FaultPlan.parse("flush: lost-flush"));
  }

  @Test
  void aTextWithoutRulesIsAPlanWithoutFaults() throws FaultPlanException {
    assertThat(FaultPlan.parse("\n # nothing\n\n")).isEqualTo(FaultPlan.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "raed: io-error | 1 | 'raed' is no operation",
        "read,: io-error | 6 | ':' is no operation",
        "read io-error | 6 | 'io-error' is no clause",
        "read | 5 | expected ':' and an effect here",
        "read: | 6 | expected an effect here",
        "read: io-eror | 7 | 'io-eror' is no effect",
        "read: lost-flush | 7 | lost-flush cannot happen to read",
        "flush sectors 1-2: io-error | 20 | touches no sectors",
        "other,discard sectors 1-2: stuck | 28 | only a read and a write have sectors there",
        "kick tag 3: lost-kick | 13 | a notification has no tag",
        "read sectors 9-3: io-error | 14 | '9-3' is no range of sectors",
        "read sectors x: io-error | 14 | 'x' is no range of sectors",
        "read nth 0: io-error | 10 | 0 is not 1 to",
        "read nth three: io-error | 10 | 'three' is no whole number",
        "read nth 1 every 2: io-error | 12 | a second 'nth, every or probability'",
        "read queue 1 queue 2: io-error | 14 | a second 'queue'",
        "read queue -1: io-error | 12 | -1 is not 0 to 65535",
        "read probability 1.5: io-error | 18 | '1.5' is no probability of 0 to 1",
        "read probability NaN: io-error | 18 | 'NaN' is no probability of 0 to 1",
        "read after 5: io-error | 12 | '5' is no time",
        "read after 99999999999s: io-error | 12 | '99999999999s' is no time",
        "read: delay | 12 | expected how long here",
        "read: delay 0ms | 13 | a delay of nothing",
        "write: bit-rot 5000 | 16 | 5000 is not 1 to 4096",
        "write: torn-write 5 twice | 21 | 'twice' after the end of the rule",
        "read: io-error once once | 21 | 'once' after the end of the rule",
        "read stream : io-error | 13 | ':' is no name of a stream"
      })
  void saysWhereATextIsWrong(String line, int column, String problem) {
    String text = "# a comment\nread: io-error\n" + line;

    assertThatThrownBy(() -> FaultPlan.parse(text))
        .hasMessageStartingWith("line 3, column " + column + ": ")
        .hasMessageContaining(problem)
        .asInstanceOf(InstanceOfAssertFactories.type(FaultPlanException.class))
        .satisfies(
            wrong -> {
              assertThat(wrong.line()).isEqualTo(3);
              assertThat(wrong.column()).isEqualTo(column);
            });
  }
}
