package dev.ringside.lab.bench.kevlar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.CostModel;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WritebackCurveTest {
  private static final WritebackCurve CURVE =
      new WritebackCurve(CostModel.KEVLAR, BatchTime.SIMULATED);

  @ParameterizedTest
  @CsvSource({
    "1, 1024, 512_000_000",
    "2, 512, 256_000_000",
    "3, 342, 171_000_000",
    "32, 32, 16_000_000",
    "128, 8, 4_000_000"
  })
  void contentTakesARoundTripForEachBatchAndNothingElse(int batch, int trips, String nanoseconds)
      throws IOException {
    WritebackCurve.WriteBack content = CURVE.measure(batch, 1).overwritten();

    assertThat(content.requests()).isEqualTo(WritebackCurve.BLOCKS);
    assertThat(content.trips()).isEqualTo(trips);
    assertThat(content.nanoseconds())
        .isEqualTo(Long.parseLong(nanoseconds.replace("_", "")))
        .isEqualTo(CURVE.law(content.requests(), batch));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 32})
  void newFileTakesItsTransactionBesidesAndARoundTripForEachToo(int batch) throws IOException {
    WritebackCurve.WriteBack created = CURVE.measure(batch, 1).created();

    assertThat(created.requests())
        .isBetween(WritebackCurve.BLOCKS + 2L, WritebackCurve.BLOCKS + 32L);
    assertThat(created.nanoseconds()).isEqualTo(created.trips() * 500_000);
    assertThat(created.trips()).isGreaterThan(Math.ceilDiv(WritebackCurve.BLOCKS, batch));
  }

  @Test
  void numbersDoNotDependOnTheSeed() throws IOException {
    WritebackCurve.Row row = CURVE.measure(16, 1);

    for (long seed = 2; seed < 8; seed++) {
      assertThat(CURVE.measure(16, seed)).as("seed %d", seed).isEqualTo(row);
    }
  }

  @Test
  void realTimePaysForEachRoundTrip() throws IOException {
    WritebackCurve curve = new WritebackCurve(CostModel.parse("zero,kick=20us"), BatchTime.REAL);

    WritebackCurve.WriteBack single = curve.measure(1, 1).overwritten();
    WritebackCurve.WriteBack batched = curve.measure(32, 1).overwritten();

    assertThat(single.trips()).isEqualTo(WritebackCurve.BLOCKS);
    assertThat(single.nanoseconds()).isGreaterThanOrEqualTo(curve.law(single.requests(), 1));
    assertThat(batched.trips()).isEqualTo(WritebackCurve.BLOCKS / 32);
    assertThat(batched.nanoseconds()).isGreaterThanOrEqualTo(curve.law(batched.requests(), 32));
  }
}
