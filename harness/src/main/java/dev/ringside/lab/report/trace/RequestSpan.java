package dev.ringside.lab.report.trace;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request through a run. Times are in nanoseconds on the run's clock, {@link
 * #UNKNOWN} where the events end before.
 *
 * @param queue that it went through
 * @param head what driver and device called it
 * @param bytes of data
 * @param submit the driver wrote its chain
 * @param publish the driver published it
 * @param pop the device took it
 * @param begin the storage began
 * @param end the storage ended
 * @param used the device published it
 * @param reap the driver ended it
 */
public record RequestSpan(
    int queue,
    long head,
    long bytes,
    long submit,
    long publish,
    long pop,
    long begin,
    long end,
    long used,
    long reap) {
  /** For a time that is not known. */
  public static final long UNKNOWN = -1;

  /**
   * The first requests of a run in the order of their submission.
   *
   * @param events in the order of time
   * @param most how many at most
   */
  public static List<RequestSpan> of(List<EventLog.Event> events, int most) {
    Assembly assembly = new Assembly(most);
    events.forEach(assembly::add);
    return assembly.spans();
  }

  /** Requests while their events come in. */
  private static final class Assembly {
    private final int most;
    private final QueueFinder queues = new QueueFinder();
    private final List<Way> all = new ArrayList<>();
    private final Map<Key, Way> open = new HashMap<>();
    private final Map<Integer, Deque<Way>> unpublished = new HashMap<>();
    private final Map<Integer, Deque<Way>> unused = new HashMap<>();

    Assembly(int most) {
      this.most = most;
    }

    void add(EventLog.Event event) {
      int queue = queues.queueOf(event.track(), event.type(), event.first());
      if (event.type() == EventType.SUBMIT) {
        Way way = new Way(queue, event.first(), event.second(), event.time());
        all.add(way);
        open.put(new Key(queue, event.first()), way);
        unpublished.computeIfAbsent(queue, _ -> new ArrayDeque<>()).add(way);
        return;
      }
      if (event.type() == EventType.PUBLISH_AVAILABLE) {
        for (Way way : first(unpublished.get(queue), event.second())) {
          way.times[1] = event.time();
        }
        return;
      }
      if (event.type() == EventType.PUBLISH_USED) {
        for (Way way : first(unused.get(queue), event.second())) {
          way.times[5] = event.time();
        }
        return;
      }
      Way way = open.get(new Key(queue, event.first()));
      int step = step(event.type());
      if (way == null || step < 0) {
        return;
      }
      way.times[step] = event.time();
      if (event.type() == EventType.END_SERVICE) {
        unused.computeIfAbsent(queue, _ -> new ArrayDeque<>()).add(way);
      }
      if (event.type() == EventType.REAP) {
        open.remove(new Key(queue, event.first()));
      }
    }

    private static List<Way> first(@Nullable Deque<Way> ways, long count) {
      List<Way> first = new ArrayList<>();
      while (ways != null && !ways.isEmpty() && first.size() < count) {
        first.add(ways.removeFirst());
      }
      return first;
    }

    private static int step(EventType type) {
      return switch (type) {
        case POP -> 2;
        case BEGIN_SERVICE -> 3;
        case END_SERVICE -> 4;
        case REAP -> 6;
        case SUBMIT,
            PUBLISH_AVAILABLE,
            KICK,
            SUPPRESS_KICK,
            PUBLISH_USED,
            INTERRUPT,
            SUPPRESS_INTERRUPT,
            FAULT,
            HOLD_INTERRUPT,
            MERGE,
            RING_FULL,
            DRIVER_SLEEP,
            DRIVER_WAKE,
            DEVICE_SLEEP,
            DEVICE_WAKE,
            BEGIN_CALL,
            END_CALL,
            NOTIFIED ->
            -1;
      };
    }

    List<RequestSpan> spans() {
      return all.stream().limit(most).map(Way::span).toList();
    }
  }

  private record Key(int queue, long head) {}

  private static final class Way {
    private final int queue;
    private final long head;
    private final long bytes;
    private final long[] times = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};

    Way(int queue, long head, long bytes, long submit) {
      this.queue = queue;
      this.head = head;
      this.bytes = bytes;
      times[0] = submit;
    }

    RequestSpan span() {
      return new RequestSpan(
          queue, head, bytes, times[0], times[1], times[2], times[3], times[4], times[5], times[6]);
    }
  }
}
