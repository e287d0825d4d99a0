package dev.ringside.lab.report;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The events of a run on one queue with two workers: requests in batches, each on its full way. */
public final class RunFixture {
  private static final int BATCH = 8;

  private final List<EventLog.Event> events = new ArrayList<>();

  private RunFixture() {}

  /** A run of so many requests in batches of eight, all of which end. */
  public static List<EventLog.Event> requests(int count) {
    RunFixture run = new RunFixture();
    for (int first = 0; first < count; first += BATCH) {
      run.batch(first, Math.min(BATCH, count - first), first * 3_000L);
    }
    run.events.sort(Comparator.comparingLong(EventLog.Event::time));
    return List.copyOf(run.events);
  }

  private void batch(int first, int size, long start) {
    for (int i = 0; i < size; i++) {
      add(start + 100L * i, "driver", EventType.SUBMIT, first + i, 4096);
    }
    long published = start + 100L * size;
    add(published, "driver", EventType.PUBLISH_AVAILABLE, 0, size);
    add(published, "driver", EventType.KICK, 0, size);
    add(published + 50, "driver", EventType.DRIVER_SLEEP, 0, size);
    add(published + 850, "queue-0", EventType.DEVICE_WAKE, 0, 0);
    for (int i = 0; i < size; i++) {
      long popped = published + 900 + 60L * i;
      long begun = popped + 100 + i / 2 * 2_400L;
      String worker = "worker-" + i % 2;
      add(popped, "queue-0", EventType.POP, first + i, 4096);
      add(begun, worker, EventType.BEGIN_SERVICE, first + i, 4096);
      add(begun + 2_300, worker, EventType.END_SERVICE, first + i, 0);
    }
    long used = published + 12_500;
    add(used, "queue-0", EventType.PUBLISH_USED, 0, size);
    add(used, "queue-0", EventType.INTERRUPT, 0, size);
    add(used + 20, "queue-0", EventType.DEVICE_SLEEP, 0, 0);
    add(used + 900, "driver", EventType.DRIVER_WAKE, 0, 1);
    for (int i = 0; i < size; i++) {
      add(used + 950 + 40L * i, "driver", EventType.REAP, first + i, 0);
    }
  }

  private void add(long time, String track, EventType type, long first, long second) {
    events.add(new EventLog.Event(time, track, type, first, second));
  }
}
