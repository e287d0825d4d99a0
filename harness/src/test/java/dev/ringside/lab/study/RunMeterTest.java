package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ringside.machine.EventType;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sequences of events whose numbers are known. */
final class RunMeterTest {
  private static final int DRIVER = 0;
  private static final int DEVICE = 1;
  private static final int WORKER = 2;
  private static final int SECOND_DRIVER = 3;
  private static final int SECOND_DEVICE = 4;
  private static final String[] TRACKS = {"driver", "queue-0", "worker-0", "driver-1", "queue-1"};

  private final StageLatencies latencies = new StageLatencies();
  private final RunMeter meter = new RunMeter(2, latencies);

  private void event(long time, int track, EventType type, long first, long second) {
    meter.event(time, track, TRACKS[track], type, first, second);
  }

  /** Two requests in a batch, which arrive at 100, and at 90 and 100 in front of the ring. */
  private Map<Metric, Double> batchOfTwo() {
    meter.arrive(0, 90);
    meter.arrive(0, 100);
    event(80, DEVICE, EventType.DEVICE_SLEEP, 0, 0);
    event(100, DRIVER, EventType.SUBMIT, 5, 4096);
    event(110, DRIVER, EventType.SUBMIT, 7, 512);
    event(120, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 2);
    event(120, DRIVER, EventType.KICK, 0, 2);
    event(130, DEVICE, EventType.DEVICE_WAKE, 0, 0);
    event(130, DRIVER, EventType.DRIVER_SLEEP, 0, 2);
    event(140, DEVICE, EventType.POP, 5, 4096);
    event(140, DEVICE, EventType.POP, 7, 512);
    event(150, WORKER, EventType.BEGIN_SERVICE, 7, 512);
    event(160, WORKER, EventType.END_SERVICE, 7, 0);
    event(160, WORKER, EventType.BEGIN_SERVICE, 5, 4096);
    event(180, WORKER, EventType.END_SERVICE, 5, 0);
    event(190, DEVICE, EventType.PUBLISH_USED, 0, 2);
    event(200, DEVICE, EventType.INTERRUPT, 0, 2);
    event(205, DEVICE, EventType.DEVICE_SLEEP, 0, 0);
    event(210, DRIVER, EventType.DRIVER_WAKE, 0, 1);
    event(210, DRIVER, EventType.REAP, 7, 0);
    event(210, DRIVER, EventType.REAP, 5, 0);
    meter.finish();
    event(500, DEVICE, EventType.DEVICE_WAKE, 0, 0);
    return meter.metrics();
  }

  @Test
  void followsEachRequestThroughItsStages() {
    batchOfTwo();
    assertThat(latencies.sum(Stage.ARRIVE_TO_SUBMIT)).isEqualTo(10 + 10);
    assertThat(latencies.sum(Stage.SUBMIT_TO_PUBLISH)).isEqualTo(20 + 10);
    assertThat(latencies.sum(Stage.PUBLISH_TO_POP)).isEqualTo(20 + 20);
    assertThat(latencies.sum(Stage.POP_TO_SERVICE)).isEqualTo(20 + 10);
    assertThat(latencies.sum(Stage.SERVICE)).isEqualTo(20 + 10);
    assertThat(latencies.sum(Stage.SERVICE_TO_USED)).isEqualTo(10 + 30);
    assertThat(latencies.sum(Stage.USED_TO_REAP)).isEqualTo(20 + 20);
    assertThat(latencies.sum(Stage.TOTAL)).isEqualTo(120 + 110);
    assertThat(latencies.longest(Stage.TOTAL)).isEqualTo(120);
  }

  @Test
  void countsFromTheFirstArrivalToTheLastCompletion() {
    Map<Metric, Double> metrics = batchOfTwo();
    assertThat(metrics)
        .containsEntry(Metric.REQUESTS, 2.0)
        .containsEntry(Metric.ELAPSED, 120.0)
        .containsEntry(Metric.LATENCY_MEAN, 115.0)
        .containsEntry(Metric.THROUGHPUT, 2e9 / 120)
        .containsEntry(Metric.BANDWIDTH, (4096 + 512) * 1e9 / 120)
        .containsEntry(Metric.EFFICIENCY, 30.0 / 230);
  }

  @Test
  void weighsOccupancyByTime() {
    Map<Metric, Double> metrics = batchOfTwo();
    // One from 100 to 110, two from there to 210.
    assertThat(metrics.get(Metric.OCCUPANCY_MEAN)).isCloseTo(210.0 / 120, within(1e-12));
    assertThat(metrics).containsEntry(Metric.OCCUPANCY_P99, 2.0);
    assertThat(metrics.get(Metric.IN_SERVICE_MEAN)).isCloseTo(30.0 / 120, within(1e-12));
    assertThat(meter.ringTime()).isEqualTo(meter.occupancyIntegral()).isEqualTo(210);
  }

  @Test
  void countsNotificationsAndSleep() {
    Map<Metric, Double> metrics = batchOfTwo();
    assertThat(metrics)
        .containsEntry(Metric.KICKS_PER_REQUEST, 0.5)
        .containsEntry(Metric.REQUESTS_PER_KICK, 2.0)
        .containsEntry(Metric.SPURIOUS_KICKS_PER_REQUEST, 0.0)
        .containsEntry(Metric.INTERRUPTS_PER_REQUEST, 0.5)
        .containsEntry(Metric.COMPLETIONS_PER_INTERRUPT, 2.0)
        .containsEntry(Metric.COALESCING_WAIT, 10.0);
    assertThat(meter.requestsPerKick()).containsExactly(Map.entry(2, 1L));
    // Of two queues: the device of the first from 90 to 130 and from 205 to 210.
    assertThat(metrics.get(Metric.DEVICE_ASLEEP)).isCloseTo(45.0 / 240, within(1e-12));
    assertThat(metrics.get(Metric.DRIVER_ASLEEP)).isCloseTo(80.0 / 240, within(1e-12));
  }

  @Test
  void tellsTheQueuesOfAWorkerApart() {
    event(0, DRIVER, EventType.SUBMIT, 3, 512);
    event(0, SECOND_DRIVER, EventType.SUBMIT, 3, 512);
    event(0, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 1);
    event(0, SECOND_DRIVER, EventType.PUBLISH_AVAILABLE, 1, 1);
    event(10, SECOND_DEVICE, EventType.POP, 3, 512);
    event(20, DEVICE, EventType.POP, 3, 512);
    event(30, WORKER, EventType.BEGIN_SERVICE, 3, 512);
    event(40, WORKER, EventType.END_SERVICE, 3, 0);
    event(40, SECOND_DEVICE, EventType.PUBLISH_USED, 1, 1);
    event(50, SECOND_DRIVER, EventType.REAP, 3, 0);
    event(60, WORKER, EventType.BEGIN_SERVICE, 3, 512);
    event(80, WORKER, EventType.END_SERVICE, 3, 0);
    event(80, DEVICE, EventType.PUBLISH_USED, 0, 1);
    event(90, DRIVER, EventType.REAP, 3, 0);
    meter.finish();
    assertThat(latencies.sum(Stage.POP_TO_SERVICE)).isEqualTo(20 + 40);
    assertThat(latencies.longest(Stage.SERVICE)).isEqualTo(20);
    assertThat(meter.requests()).isEqualTo(2);
  }

  @Test
  void callsAKickSpuriousThatFindsTheDeviceAtWork() {
    event(0, DEVICE, EventType.DEVICE_SLEEP, 0, 0);
    for (int head = 0; head < 3; head++) {
      event(head, DRIVER, EventType.SUBMIT, head, 512);
      event(head, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 1);
      event(head, DRIVER, EventType.KICK, 0, 1);
    }
    event(10, DEVICE, EventType.DEVICE_WAKE, 0, 0);
    event(20, DEVICE, EventType.PUBLISH_USED, 0, 3);
    event(20, DEVICE, EventType.SUPPRESS_INTERRUPT, 0, 3);
    for (int head = 0; head < 3; head++) {
      event(30, DRIVER, EventType.REAP, head, 0);
    }
    meter.finish();
    assertThat(meter.metrics())
        .containsEntry(Metric.SPURIOUS_KICKS_PER_REQUEST, 2.0 / 3)
        .containsEntry(Metric.SUPPRESSED_INTERRUPTS_PER_REQUEST, 1.0 / 3);
  }

  @Test
  void countsTheRequestsOfAChainThatCarriesSeveral() {
    meter.arrive(0, 0);
    meter.arrive(0, 10);
    meter.arrive(0, 20);
    event(30, DRIVER, EventType.SUBMIT, 1, 3 * 512);
    event(30, DRIVER, EventType.MERGE, 1, 3);
    event(30, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 1);
    event(30, DRIVER, EventType.KICK, 0, 1);
    event(40, DEVICE, EventType.POP, 1, 3 * 512);
    event(50, DEVICE, EventType.PUBLISH_USED, 0, 1);
    event(60, DRIVER, EventType.REAP, 1, 0);
    meter.finish();
    assertThat(meter.requests()).isEqualTo(3);
    assertThat(latencies.sum(Stage.TOTAL)).isEqualTo(60 + 50 + 40);
    assertThat(meter.requestsPerKick()).containsExactly(Map.entry(3, 1L));
    assertThat(meter.ringTime()).isEqualTo(meter.occupancyIntegral()).isEqualTo(90);
  }

  @Test
  void keepsTheArrivalOfARequestThatIsSubmittedAgain() {
    meter.arrive(0, 0);
    event(10, DRIVER, EventType.SUBMIT, 1, 512);
    event(10, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 1);
    meter.withdraw(0, 100);
    event(110, DRIVER, EventType.SUBMIT, 9, 512);
    event(110, DRIVER, EventType.PUBLISH_AVAILABLE, 0, 1);
    event(120, DEVICE, EventType.PUBLISH_USED, 0, 1);
    event(130, DRIVER, EventType.REAP, 9, 0);
    meter.finish();
    assertThat(latencies.sum(Stage.TOTAL)).isEqualTo(130);
    assertThat(meter.ringTime()).isEqualTo(meter.occupancyIntegral()).isEqualTo(90 + 20);
  }
}
