package dev.ringside.lab.live;

import dev.ringside.driver.RingCursors;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Follows a simulated run with one queue by its events: which requests are in flight and where,
 * what was counted, and why notifications were sent or not. It reads the ring while an event
 * happens, when nothing else can change it.
 */
final class RunTracker implements EventSink {
  private static final int RECENT = 60;
  private static final long MAX_LATENCY_NS = 3_600_000_000_000L;
  private static final int LATENCY_DIGITS = 3;
  private static final Counters NOTHING = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final Comparator<InFlight> BY_NUMBER =
      Comparator.comparingLong(request -> request.number);

  private final CurrentRing current;
  private final RingCursors emptyDriver;
  private final int emptyUsed;
  private final boolean inOrder;
  private final int samplePeriod;
  private final @Nullable InFlight[] byHead;

  /** Requests whose service has ended and that are not given back, in the order in which it did. */
  private final ArrayDeque<InFlight> served = new ArrayDeque<>();

  /** Requests in the order of submission that are not published. */
  private final ArrayDeque<InFlight> unpublished = new ArrayDeque<>();

  private final ArrayDeque<EventLine> recent = new ArrayDeque<>();
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private final Histogram latency = new Histogram(MAX_LATENCY_NS, LATENCY_DIGITS);
  private final EnumMap<EventType, long[]> lastTwo = new EnumMap<>(EventType.class);
  private final long startNs;
  private RingReader ring;
  private long events;
  private long timeNs;
  private int inFlight;
  private boolean driverAsleep;
  private boolean deviceAsleep;
  private long submitted;
  private long publications;
  private long kicks;
  private long suppressedKicks;
  private long interrupts;
  private long suppressedInterrupts;
  private long heldInterrupts;
  private long completed;
  private long ringFull;
  private long withdrawn;

  // Where the driver's next chain went, up to where it had published, and where the device's next
  // used entry went, before the event that moves it.
  private int next;
  private int published;
  private int usedNext;

  private int publishedFrom;
  private int usedFrom;
  private Wish interruptWish;
  private @Nullable Notice lastKick;
  private @Nullable Notice lastInterrupt;
  private Counters sampled = NOTHING;
  private long sampledNs;
  private long latencySinceSample;

  /** Requests in flight, summed over the time since the last sample. */
  private double occupancyArea;

  /**
   * A tracker of a machine that has just started.
   *
   * @param current of that machine, with nothing in it
   * @param inOrder whether requests come back in the order of submission (IN_ORDER)
   * @param heads of requests are less than this
   * @param samplePeriod completions that a {@link Sample} is taken over
   */
  RunTracker(CurrentRing current, boolean inOrder, int heads, int samplePeriod, long startNs) {
    this.current = current;
    this.ring = current.reader();
    this.emptyDriver = ring.driver();
    this.emptyUsed = ring.deviceUsed();
    this.inOrder = inOrder;
    this.samplePeriod = samplePeriod;
    this.byHead = new InFlight[heads];
    this.startNs = startNs;
    this.timeNs = startNs;
    this.sampledNs = startNs;
    this.next = emptyDriver.next();
    this.published = emptyDriver.published();
    this.usedNext = emptyUsed;
    this.interruptWish = ring.interruptWish();
    for (EventType type : EventType.values()) {
      lastTwo.put(type, new long[2]);
    }
  }

  /** How many events have happened. */
  long events() {
    return events;
  }

  /** The number of the last event of this type, or 0 when there was none. */
  long latest(EventType type) {
    long[] two = lastTwo.get(type);
    return two == null ? 0 : two[0];
  }

  /** The number of the last event of this type before the latest event, or 0 when there is none. */
  long lastBefore(EventType type) {
    long[] two = lastTwo.get(type);
    if (two == null) {
      return 0;
    }
    return two[0] < events ? two[0] : two[1];
  }

  @Override
  public void event(long time, EventLog.Track track, EventType type, long first, long second) {
    events++;
    occupancyArea += (double) inFlight * (time - timeNs);
    timeNs = time;
    if (current.hasChanged()) {
      beginAgain();
    }
    long[] two = lastTwo.get(type);
    if (two != null) {
      two[1] = two[0];
      two[0] = events;
    }
    int from = -1;
    int to = -1;
    long request = -1;
    switch (type) {
      case SUBMIT -> request = submit((int) first, second);
      case PUBLISH_AVAILABLE -> {
        publish();
        from = publishedFrom;
        to = published;
      }
      case KICK -> {
        kicks++;
        lastKick = kickNotice(Notice.Outcome.SENT);
      }
      case SUPPRESS_KICK -> {
        suppressedKicks++;
        lastKick = kickNotice(Notice.Outcome.SUPPRESSED);
      }
      case POP -> request = move((int) first, RequestStage.POPPED);
      case BEGIN_SERVICE -> request = move((int) first, RequestStage.IN_SERVICE);
      case END_SERVICE -> {
        request = move((int) first, RequestStage.SERVED);
        InFlight done = byHead[(int) first];
        if (done != null) {
          served.add(done);
        }
      }
      case PUBLISH_USED -> {
        giveBack((int) second);
        from = usedFrom;
        to = usedNext;
      }
      case INTERRUPT -> {
        interrupts++;
        lastInterrupt = interruptNotice(Notice.Outcome.SENT);
      }
      case SUPPRESS_INTERRUPT -> {
        suppressedInterrupts++;
        lastInterrupt = interruptNotice(Notice.Outcome.SUPPRESSED);
      }
      case HOLD_INTERRUPT -> {
        heldInterrupts++;
        lastInterrupt = interruptNotice(Notice.Outcome.HELD);
      }
      case REAP -> request = reap((int) first);
      case RING_FULL -> ringFull++;
      case DRIVER_SLEEP -> driverAsleep = true;
      case DRIVER_WAKE -> driverAsleep = false;
      case DEVICE_SLEEP -> deviceAsleep = true;
      case DEVICE_WAKE -> deviceAsleep = false;
      case MERGE -> request = numberOf((int) first);
      case FAULT, BEGIN_CALL, END_CALL, NOTIFIED -> {}
    }
    if (recent.size() == RECENT) {
      recent.poll();
    }
    recent.add(
        new EventLine(
            events,
            time - startNs,
            track.name(),
            type,
            first,
            second,
            request,
            from,
            to,
            ring.packedSize()));
  }

  /** The driver has reset the queue; what it submits again are new chains. */
  private void beginAgain() {
    ring = current.reader();
    Arrays.fill(byHead, null);
    served.clear();
    unpublished.clear();
    withdrawn += inFlight;
    inFlight = 0;
    next = emptyDriver.next();
    published = emptyDriver.published();
    usedNext = emptyUsed;
    publishedFrom = published;
    usedFrom = usedNext;
    interruptWish = ring.interruptWish();
    driverAsleep = false;
    deviceAsleep = false;
  }

  private long numberOf(int head) {
    InFlight request = byHead[head];
    return request == null ? -1 : request.number;
  }

  private long submit(int head, long bytes) {
    int now = ring.driver().next();
    int length = Math.floorMod(now - next, ring.modulus());
    InFlight request = new InFlight(submitted++, head, bytes, timeNs, next, length);
    next = now;
    byHead[head] = request;
    unpublished.add(request);
    inFlight++;
    return request.number;
  }

  private void publish() {
    RingCursors driver = ring.driver();
    publishedFrom = published;
    published = driver.published();
    publications++;
    for (InFlight one = unpublished.poll(); one != null; one = unpublished.poll()) {
      one.moveTo(RequestStage.PUBLISHED, timeNs);
    }
  }

  private Notice kickNotice(Notice.Outcome outcome) {
    return new Notice(
        Notice.Side.DRIVER,
        events,
        publishedFrom,
        published,
        ring.packedSize(),
        ring.kickWish(),
        outcome);
  }

  private Notice interruptNotice(Notice.Outcome outcome) {
    return new Notice(
        Notice.Side.DEVICE, events, usedFrom, usedNext, ring.packedSize(), interruptWish, outcome);
  }

  private long move(int head, RequestStage stage) {
    InFlight request = byHead[head];
    if (request == null) {
      return -1;
    }
    request.moveTo(stage, timeNs);
    return request.number;
  }

  private void giveBack(int entries) {
    // Read now: the driver may have changed its mind when the interrupt is raised.
    interruptWish = ring.interruptWish();
    usedFrom = usedNext;
    usedNext = ring.deviceUsed();
    int place = usedFrom;
    for (int i = 0; i < entries && !served.isEmpty(); i++) {
      InFlight one = inOrder ? Collections.min(served, BY_NUMBER) : served.getFirst();
      served.remove(one);
      one.moveTo(RequestStage.USED, timeNs);
      one.usedPlace = place;
      place = (place + (ring.packedSize() == 0 ? 1 : one.length)) % ring.modulus();
    }
  }

  private long reap(int head) {
    InFlight request = byHead[head];
    if (request == null) {
      return -1;
    }
    byHead[head] = null;
    inFlight--;
    completed++;
    long took = Math.min(timeNs - request.submittedNs, MAX_LATENCY_NS);
    latency.recordValue(took);
    latencySinceSample += took;
    if (completed - sampled.completed() >= samplePeriod) {
      sample();
    }
    return request.number;
  }

  private void sample() {
    Counters now = counters();
    double mean = (double) latencySinceSample / (now.completed() - sampled.completed());
    if (samples.size() == Sample.KEPT) {
      samples.poll();
    }
    long elapsedNs = timeNs - sampledNs;
    double occupancy = elapsedNs == 0 ? inFlight : occupancyArea / elapsedNs;
    samples.add(Sample.between(timeNs - startNs, elapsedNs, occupancy, mean, sampled, now));
    occupancyArea = 0;
    sampled = now;
    sampledNs = timeNs;
    latencySinceSample = 0;
  }

  private Counters counters() {
    return new Counters(
        submitted,
        publications,
        kicks,
        suppressedKicks,
        interrupts,
        suppressedInterrupts,
        heldInterrupts,
        completed,
        ringFull,
        withdrawn);
  }

  /** What there is to see now. */
  RunState state(String hash) {
    List<RequestState> requests = new ArrayList<>(inFlight);
    for (InFlight one : byHead) {
      if (one != null) {
        requests.add(one.state(startNs));
      }
    }
    requests.sort(Comparator.comparingLong(RequestState::number));
    return new RunState(
        events,
        timeNs - startNs,
        hash,
        ring.snapshot(),
        inFlight,
        driverAsleep,
        deviceAsleep,
        requests,
        List.copyOf(recent),
        counters(),
        LatencySummary.of(latency),
        lastKick,
        lastInterrupt,
        List.copyOf(samples));
  }

  /** A request on its way. */
  private static final class InFlight {
    private final long number;
    private final int head;
    private final long bytes;
    private final long submittedNs;
    private final int place;
    private final int length;
    private int usedPlace = -1;
    private RequestStage stage = RequestStage.SUBMITTED;
    private long sinceNs;

    InFlight(long number, int head, long bytes, long submittedNs, int place, int length) {
      this.number = number;
      this.head = head;
      this.bytes = bytes;
      this.submittedNs = submittedNs;
      this.sinceNs = submittedNs;
      this.place = place;
      this.length = length;
    }

    void moveTo(RequestStage reached, long nowNs) {
      if (reached.compareTo(stage) > 0) {
        stage = reached;
        sinceNs = nowNs;
      }
    }

    RequestState state(long startNs) {
      return new RequestState(
          number,
          head,
          stage,
          bytes,
          submittedNs - startNs,
          sinceNs - startNs,
          place,
          length,
          usedPlace);
    }
  }
}
