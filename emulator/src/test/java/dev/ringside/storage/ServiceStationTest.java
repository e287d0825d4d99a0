package dev.ringside.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ringside.machine.RandomStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceStationTest {
  private static final RandomStreams STREAMS = new RandomStreams(5);
  private static final int REQUESTS = 2_000_000;
  private static final double SERVICE_NS = 10_000;

  private final ServiceStation.Visit visit = new ServiceStation.Visit();

  @Test
  void givesEachRequestTheUnitThatIsFreeFirst() {
    ServiceStation station =
        new ServiceStation(ServiceModel.constant(10), 3, STREAMS, Long.MAX_VALUE);
    List<String> visits = new ArrayList<>();
    for (long now : new long[] {0, 1, 2, 3, 4, 5, 6, 100}) {
      station.arrive(visit, now, StorageOperation.READ, 0, 0, false);
      visits.add(visit.begin() + "-" + visit.end());
    }

    assertThat(visits)
        .containsExactly("0-10", "1-11", "2-12", "10-20", "11-21", "12-22", "20-30", "100-110");
  }

  @Test
  void flushesInTheSameVisitWhatMustBeStable() {
    ServiceModel model = ServiceModel.parse("operations:write=constant:10ns;flush=constant:7ns");
    ServiceStation station = new ServiceStation(model, 1, STREAMS, Long.MAX_VALUE);

    station.arrive(visit, 0, StorageOperation.WRITE, 0, 0, true);

    assertThat(visit.end()).isEqualTo(17);
  }

  /** Mean waits in line, in units of the service time, by queueing theory. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // M/M/1: rho / (1 - rho)
        "exponential:10us | 1 | 0.5 | 1.0",
        "exponential:10us | 1 | 0.8 | 4.0",
        // M/D/1: half of it
        "constant:10us    | 1 | 0.5 | 0.5",
        "constant:10us    | 1 | 0.8 | 2.0",
        // M/M/2: rho^2 / (1 - rho^2)
        "exponential:10us | 2 | 0.8 | 1.777778"
      })
  void letsPoissonArrivalsWaitAsTheorySays(
      String model, int units, double load, double expectedWait) {
    ServiceStation station =
        new ServiceStation(ServiceModel.parse(model), units, STREAMS, Long.MAX_VALUE);
    RandomGenerator arrivals = STREAMS.stream("arrivals");
    double now = 0;
    double waited = 0;
    for (int i = 0; i < REQUESTS; i++) {
      now += arrivals.nextExponential() * SERVICE_NS / (load * units);
      long at = Math.round(now);
      station.arrive(visit, at, StorageOperation.READ, 0, 0, false);
      waited += visit.begin() - at;
    }

    assertThat(waited / REQUESTS / SERVICE_NS).isCloseTo(expectedWait, within(expectedWait * 0.03));
  }
}
