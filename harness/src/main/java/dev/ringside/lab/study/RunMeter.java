package dev.ringside.lab.study;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Measures a run by its events alone, while it runs or afterwards. Only when a request arrived is
 * the workload's to say: {@link #arrive}.
 *
 * <p>Time counts from the first arrival to the last completion. Nothing is allocated for an event.
 */
final class RunMeter implements EventSink {
  private static final String DRIVER = "driver";
  private static final String DEVICE = "queue-";
  private static final double NS_PER_SECOND = 1e9;

  /** What a track is that belongs to no queue, a worker's. */
  private static final int NO_QUEUE = -1;

  private static final int UNKNOWN = -2;

  private final StageLatencies latencies;
  private final Gauge occupancy = new Gauge();
  private final Gauge inService = new Gauge();
  private final CountTally requestsPerKick = new CountTally();
  private final CountTally completionsPerInterrupt = new CountTally();
  private final QueueMeter[] queues;
  private final NotificationMeter[] notifications;
  private int[] queueOfTrack = new int[0];
  private boolean[] isDriver = new boolean[0];
  private boolean begun;
  private boolean finished;
  private long start;
  private long end;

  /**
   * A meter for one run.
   *
   * @param queues of the driver
   * @param latencies are emptied
   * @param injectionNs how long an interrupt is under way
   */
  RunMeter(int queues, StageLatencies latencies, long injectionNs) {
    this.latencies = latencies;
    latencies.reset();
    this.queues =
        Stream.generate(() -> new QueueMeter(latencies, occupancy, inService))
            .limit(queues)
            .toArray(QueueMeter[]::new);
    this.notifications =
        Stream.generate(
                () -> new NotificationMeter(requestsPerKick, completionsPerInterrupt, injectionNs))
            .limit(queues)
            .toArray(NotificationMeter[]::new);
  }

  /** A request has arrived that the queue will be given after those before it. */
  void arrive(int queue, long time) {
    queues[queue].arrive(time);
  }

  /** The driver starts again with an empty ring. */
  void withdraw(int queue, long now) {
    queues[queue].withdraw(now);
  }

  @Override
  public void event(long time, EventLog.Track track, EventType type, long first, long second) {
    event(time, track.number(), track.name(), type, first, second);
  }

  /** As {@link EventSink#event}, for events that were kept. */
  void event(long time, int track, String trackName, EventType type, long first, long second) {
    if (finished) {
      return;
    }
    if (track >= queueOfTrack.length) {
      int known = queueOfTrack.length;
      queueOfTrack = Arrays.copyOf(queueOfTrack, track + 16);
      Arrays.fill(queueOfTrack, known, queueOfTrack.length, UNKNOWN);
      isDriver = Arrays.copyOf(isDriver, queueOfTrack.length);
    }
    if (queueOfTrack[track] == UNKNOWN) {
      queueOfTrack[track] = queueOf(trackName);
      isDriver[track] = trackName.startsWith(DRIVER);
    }
    int queue = queueOfTrack[track];
    if (queue == NO_QUEUE || queue >= queues.length) {
      serve(time, track, type, (int) first);
    } else {
      note(time, track, queue, type, first, second);
    }
  }

  private static int queueOf(String track) {
    if (track.equals(DRIVER)) {
      return 0;
    }
    for (String prefix : List.of(DRIVER + "-", DEVICE)) {
      if (track.startsWith(prefix) && track.substring(prefix.length()).matches("\\d{1,4}")) {
        return Integer.parseInt(track.substring(prefix.length()));
      }
    }
    return NO_QUEUE;
  }

  private void note(long time, int track, int queue, EventType type, long first, long second) {
    QueueMeter requests = queues[queue];
    NotificationMeter signals = notifications[queue];
    switch (type) {
      case SUBMIT -> {
        begin(requests.nextArrival(time));
        requests.submit(time, (int) first, second);
      }
      case PUBLISH_AVAILABLE -> {
        signals.publish(requests.publish(time));
      }
      case KICK -> signals.kick();
      case SUPPRESS_KICK -> signals.suppressKick();
      case POP -> requests.pop(time, (int) first);
      case BEGIN_SERVICE -> requests.begin(time, (int) first, track);
      case END_SERVICE -> requests.end(time, (int) first);
      case PUBLISH_USED -> {
        requests.use(time, second);
        signals.use(time, second);
      }
      case INTERRUPT -> signals.interrupt(time);
      case SUPPRESS_INTERRUPT -> signals.suppressInterrupt();
      case HOLD_INTERRUPT -> signals.holdInterrupt();
      case REAP -> {
        requests.reap(time, (int) first);
        end = time;
      }
      case RING_FULL -> signals.ringFull();
      case DRIVER_SLEEP -> signals.driverSleeps(time);
      case DRIVER_WAKE -> signals.driverWakes(time, second == 0 && requests.hasUnreaped());
      case DEVICE_SLEEP -> signals.deviceSleeps(time);
      case DEVICE_WAKE -> signals.deviceWakes(time);
      case MERGE -> {
        if (isDriver[track]) {
          requests.join(time, (int) first, second);
        }
      }
      case FAULT, BEGIN_CALL, END_CALL, NOTIFIED -> {}
    }
  }

  private void begin(long time) {
    if (!begun) {
      begun = true;
      start = time;
      end = time;
      occupancy.advance(time);
      inService.advance(time);
      for (NotificationMeter signals : notifications) {
        signals.begin(time);
      }
    }
  }

  /** A worker serves the requests of several queues, and does not say whose. */
  private void serve(long time, int track, EventType type, int head) {
    if (type == EventType.BEGIN_SERVICE) {
      QueueMeter longest = queues[0];
      for (QueueMeter queue : queues) {
        if (queue.waitsSince(head) < longest.waitsSince(head)) {
          longest = queue;
        }
      }
      longest.begin(time, head, track);
    } else if (type == EventType.END_SERVICE) {
      for (QueueMeter queue : queues) {
        if (queue.isServedBy(head, track)) {
          queue.end(time, head);
          return;
        }
      }
    }
  }

  /** The run is over; nothing that happens later counts. */
  void finish() {
    finished = true;
    occupancy.advance(end);
    inService.advance(end);
    for (NotificationMeter signals : notifications) {
      signals.end(end);
    }
  }

  /** Requests that ended. */
  long requests() {
    return sum(queues, QueueMeter::requests);
  }

  /** Publications of the available index. */
  long publications() {
    return sum(notifications, NotificationMeter::publications);
  }

  /** What each request spent in the ring, summed request by request, in nanoseconds. */
  long ringTime() {
    return sum(queues, QueueMeter::ringTime);
  }

  /** Requests in the ring, summed over time, in nanoseconds. */
  long occupancyIntegral() {
    return occupancy.integral();
  }

  /** From the first arrival to the last completion. */
  long elapsed() {
    return end - start;
  }

  TimeSeries occupancy() {
    return occupancy.series();
  }

  Map<Integer, Long> requestsPerKick() {
    return requestsPerKick.occurrences();
  }

  Map<Integer, Long> completionsPerInterrupt() {
    return completionsPerInterrupt.occurrences();
  }

  /** Waits of the driver that no interrupt ended, though there was something to reap. */
  long lostInterrupts() {
    return sum(notifications, NotificationMeter::lostInterrupts);
  }

  /** Every metric that events tell. */
  Map<Metric, Double> metrics() {
    double count = requests();
    double elapsed = elapsed();
    Map<Metric, Double> all = new EnumMap<>(Metric.class);
    all.put(Metric.REQUESTS, count);
    all.put(Metric.ELAPSED, elapsed);
    all.put(Metric.THROUGHPUT, count * NS_PER_SECOND / elapsed);
    all.put(Metric.BANDWIDTH, sum(queues, QueueMeter::bytesMoved) * NS_PER_SECOND / elapsed);
    all.put(Metric.LATENCY_MEAN, latencies.sum(Stage.TOTAL) / count);
    all.put(Metric.LATENCY_P50, latencies.percentile(Stage.TOTAL, 50));
    all.put(Metric.LATENCY_P90, latencies.percentile(Stage.TOTAL, 90));
    all.put(Metric.LATENCY_P99, latencies.percentile(Stage.TOTAL, 99));
    all.put(Metric.LATENCY_P999, latencies.percentile(Stage.TOTAL, 99.9));
    all.put(Metric.LATENCY_MAX, (double) latencies.longest(Stage.TOTAL));
    all.put(Metric.KICKS_PER_REQUEST, requestsPerKick.count() / count);
    all.put(
        Metric.SUPPRESSED_KICKS_PER_REQUEST,
        sum(notifications, NotificationMeter::suppressedKicks) / count);
    all.put(
        Metric.SPURIOUS_KICKS_PER_REQUEST,
        sum(notifications, NotificationMeter::spuriousKicks) / count);
    all.put(Metric.REQUESTS_PER_KICK, requestsPerKick.mean());
    all.put(Metric.INTERRUPTS_PER_REQUEST, completionsPerInterrupt.count() / count);
    all.put(
        Metric.SUPPRESSED_INTERRUPTS_PER_REQUEST,
        sum(notifications, NotificationMeter::suppressedInterrupts) / count);
    all.put(
        Metric.HELD_INTERRUPTS_PER_REQUEST,
        sum(notifications, NotificationMeter::heldInterrupts) / count);
    all.put(Metric.COMPLETIONS_PER_INTERRUPT, completionsPerInterrupt.mean());
    all.put(
        Metric.COALESCING_WAIT,
        (double) sum(notifications, NotificationMeter::interruptWait)
            / sum(notifications, NotificationMeter::interrupted));
    all.put(Metric.OCCUPANCY_MEAN, occupancy.integral() / elapsed);
    all.put(Metric.OCCUPANCY_P99, (double) occupancy.highMark());
    all.put(Metric.RING_FULL, (double) sum(notifications, NotificationMeter::ringFulls));
    all.put(Metric.IN_SERVICE_MEAN, inService.integral() / elapsed);
    double available = elapsed * queues.length;
    all.put(Metric.DRIVER_ASLEEP, sum(notifications, NotificationMeter::driverSleep) / available);
    all.put(Metric.DEVICE_ASLEEP, sum(notifications, NotificationMeter::deviceSleep) / available);
    all.put(Metric.EFFICIENCY, (double) latencies.sum(Stage.SERVICE) / latencies.sum(Stage.TOTAL));
    return all;
  }

  private static <T> long sum(T[] parts, ToLongFunction<T> value) {
    return Stream.of(parts).mapToLong(value).sum();
  }
}
