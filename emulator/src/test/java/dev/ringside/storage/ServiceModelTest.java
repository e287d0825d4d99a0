package dev.ringside.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ringside.machine.RandomStreams;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceModelTest {
  private static final int DRAWS = 200_000;
  private static final long CAPACITY = 1L << 30;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "constant:80us",
        "exponential:1500ns",
        "uniform:50us-110us",
        "lognormal:80us,0.5",
        "pareto:40us,2.5",
        "size:20us+250ns/KiB",
        "operations:read=exponential:80us;write=size:10us+1us/KiB;flush=constant:1ms",
        "nvme",
        "nvme:read=90us,channels=16",
        "disk",
        "disk:rpm=5400",
        "constant:80us x4",
        "nvme x32"
      })
  void readsWhatItWrites(String text) {
    ServiceModel model = ServiceModel.parse(text);

    assertThat(model.toText()).isEqualTo(text);
    assertThat(ServiceModel.parse(model.toText())).isEqualTo(model);
  }

  @Test
  void readsTimesInAnyUnit() {
    assertThat(ServiceModel.parse("constant:0.08ms")).isEqualTo(ServiceModel.constant(80_000));
    assertThat(ServiceModel.parse("constant:80000")).isEqualTo(ServiceModel.constant("80us"));
    assertThat(ServiceModel.parse("constant:80us x 4"))
        .isEqualTo(new ServiceModel.Parallel(ServiceModel.constant(80_000), 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fast                  | none of none, constant",
        "constant:soon         | is no duration",
        "constant:-1us         | is no duration",
        "constant:0.5ns        | is no duration",
        "uniform:110us-50us    | empty",
        "uniform:50us          | has no '-'",
        "lognormal:80us,much   | is no number",
        "pareto:40us,1         | shape",
        "size:20us+1us         | does not end with /KiB",
        "operations:erase=none | has no 'erase'",
        "operations:read=disk  | an operation's model",
        "nvme:read=1us,read=2us| twice",
        "nvme:channels=0       | channels",
        "disk:rpm=0            | turns",
        "disk x2               | more than one arm",
        "constant:80us x0      | units"
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> ServiceModel.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem)
        .hasMessageNotContaining("\n");
  }

  /** Shares of requests below a time, by the closed form of each distribution. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // 1 - e^(-x/mean)
        "exponential:80us   | 80000 | 0.632121",
        "exponential:80us   | 240000| 0.950213",
        "uniform:50us-110us | 65000 | 0.25",
        "uniform:50us-110us | 95000 | 0.75",
        // the normal distribution at 0 and at 1
        "lognormal:80us,0.5 | 80000 | 0.5",
        "lognormal:80us,0.5 | 131898| 0.841345",
        // 1 - (least/x)^shape
        "pareto:40us,2.5    | 80000 | 0.823223",
        "pareto:40us,2.5    | 160000| 0.96875"
      })
  void followsItsDistribution(String text, long time, double share) {
    ServiceModel model = ServiceModel.parse(text);
    long[] times = draw(model, StorageOperation.READ, 4096);

    assertThat(Arrays.stream(times).filter(ns -> ns <= time).count() / (double) DRAWS)
        .isCloseTo(share, within(0.005));
    double mean = model.meanNs(StorageOperation.READ, 4096).orElseThrow();
    assertThat(Arrays.stream(times).average().orElseThrow()).isCloseTo(mean, within(mean * 0.02));
  }

  @Test
  void takesLongerForMoreDataAndByOperation() {
    ServiceModel model =
        ServiceModel.parse("operations:read=size:20us+0.25us/KiB;write=constant:5us");

    assertThat(draw(model, StorageOperation.READ, 4096)).containsOnly(21_000);
    assertThat(draw(model, StorageOperation.READ, 65_536)).containsOnly(36_000);
    assertThat(draw(model, StorageOperation.WRITE, 65_536)).containsOnly(5_000);
    assertThat(draw(model, StorageOperation.FLUSH, 0)).containsOnly(0);
    assertThat(model.meanNs(StorageOperation.READ, 65_536)).hasValue(36_000);
  }

  @Test
  void drawsTheSameFromTheSameSeed() {
    ServiceModel model = ServiceModel.parse("lognormal:80us,0.5");

    assertThat(draw(model, StorageOperation.READ, 0))
        .isEqualTo(draw(model, StorageOperation.READ, 0));
  }

  @Test
  void meetsTheRareTailOfFlashAsOftenAsItSays() {
    ServiceModel model = ServiceModel.parse("nvme:tail-per-million=10000,tail=1s");
    long base = 80_000 + 4 * 330;
    long[] times = draw(model, StorageOperation.READ, 4096);

    assertThat(Arrays.stream(times).filter(ns -> ns > base).count() / (double) DRAWS)
        .isCloseTo(0.01, within(0.001));
    assertThat(Arrays.stream(times).min()).hasValue(base);
  }

  @Test
  void writesIntoTheCacheUntilItIsFullAndFlushesWhatIsInIt() {
    ServiceTime flash =
        ServiceTime.of(
            ServiceModel.parse(
                "nvme:write=10us,per-KiB=0ns,cache-KiB=64,drain-per-KiB=1us,flush=5us,"
                    + "tail-per-million=0"),
            new RandomStreams(1).stream("service"),
            CAPACITY);

    assertThat(flash.next(0, StorageOperation.WRITE, 0, 65_536)).isEqualTo(10_000);
    assertThat(flash.next(0, StorageOperation.WRITE, 0, 4096)).isEqualTo(10_000 + 4_000);
    // 68 KiB were written, of which 20 have drained.
    assertThat(flash.next(20_000, StorageOperation.FLUSH, 0, 0)).isEqualTo(5_000 + 48_000);
    assertThat(flash.next(100_000, StorageOperation.FLUSH, 0, 0)).isEqualTo(5_000);
  }

  @Test
  void waitsForTheArmAndForTheSectorToComeRound() {
    ServiceModel.Disk model = ServiceModel.Disk.DEFAULT;
    long turn = model.turnNs();
    long track = model.trackKib() * 1024;
    ServiceTime disk = ServiceTime.of(model, new RandomStreams(1).stream("service"), CAPACITY);
    long command = model.commandNs();

    // The platter has passed the sector while the command was read: nearly a turn.
    long first = disk.next(0, StorageOperation.READ, 0, track / 4);
    assertThat(first).isEqualTo(turn + turn / 4);
    // What follows at once has just begun to pass under the head: it is missed, too.
    assertThat(disk.next(first, StorageOperation.READ, track / 4, track / 4))
        .isEqualTo(turn + Math.round(turn / 4.0));
    // The angle does not depend on the track, but the seek is at least one to the next track.
    long far = disk.next(10 * turn, StorageOperation.READ, 1000 * track, 512);
    assertThat(far).isGreaterThanOrEqualTo(command + model.trackSeekNs());
    assertThat(far).isLessThanOrEqualTo(command + model.fullSeekNs() + 2 * turn);
  }

  @Test
  void turnsOnceForAFlushOfWhatWasWritten() {
    ServiceModel.Disk model = ServiceModel.Disk.DEFAULT;
    ServiceTime disk = ServiceTime.of(model, new RandomStreams(1).stream("service"), CAPACITY);

    assertThat(disk.next(0, StorageOperation.FLUSH, 0, 0)).isEqualTo(model.commandNs());
    disk.next(0, StorageOperation.WRITE, 0, 512);
    assertThat(disk.next(0, StorageOperation.FLUSH, 0, 0))
        .isEqualTo(model.commandNs() + model.turnNs());
  }

  private static long[] draw(ServiceModel model, StorageOperation operation, long bytes) {
    ServiceTime times = ServiceTime.of(model, new RandomStreams(3).stream("service"), CAPACITY);
    long[] drawn = new long[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      drawn[i] = times.next(0, operation, 0, bytes);
    }
    return drawn;
  }
}
