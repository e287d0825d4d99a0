package dev.ringside.lab.report.trace;

import dev.ringside.machine.EventType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Tells the queue of an event, which not every event says itself: tracks of driver and device are
 * named for their queue; a worker serves several, and its request is the one of that head that was
 * taken from a ring and not begun, the oldest of them.
 */
final class QueueFinder {
  private static final String DRIVER = "driver";
  private static final String DEVICE = "queue-";

  private final Map<String, Integer> byTrack = new HashMap<>();
  private final Map<Long, Deque<Integer>> taken = new HashMap<>();
  private final Map<Service, Integer> inService = new HashMap<>();

  /** The queue of an event; every event must be asked for, in the order of time. */
  int queueOf(String track, EventType type, long first) {
    int named = byTrack.computeIfAbsent(track, QueueFinder::queueInName);
    return switch (type) {
      case PUBLISH_AVAILABLE,
          KICK,
          SUPPRESS_KICK,
          PUBLISH_USED,
          INTERRUPT,
          SUPPRESS_INTERRUPT,
          HOLD_INTERRUPT,
          RING_FULL,
          DRIVER_SLEEP,
          DRIVER_WAKE,
          DEVICE_SLEEP,
          DEVICE_WAKE,
          NOTIFIED ->
          (int) first;
      case SUBMIT, REAP, MERGE, FAULT, BEGIN_CALL, END_CALL -> Math.max(0, named);
      case POP -> {
        int queue = Math.max(0, named);
        taken.computeIfAbsent(first, _ -> new ArrayDeque<>()).add(queue);
        yield queue;
      }
      case BEGIN_SERVICE -> {
        int queue = take(first, named);
        inService.put(new Service(track, first), queue);
        yield queue;
      }
      case END_SERVICE -> {
        Integer queue = inService.remove(new Service(track, first));
        yield queue != null ? queue : Math.max(0, named);
      }
    };
  }

  private int take(long head, int named) {
    Deque<Integer> queues = taken.get(head);
    if (queues == null || queues.isEmpty()) {
      return Math.max(0, named);
    }
    if (named < 0) {
      return queues.removeFirst();
    }
    Iterator<Integer> each = queues.iterator();
    while (each.hasNext()) {
      if (each.next() == named) {
        each.remove();
        break;
      }
    }
    return named;
  }

  /** The number in the name of a driver's or a device's track; -1 for others. */
  private static int queueInName(String track) {
    if (track.equals(DRIVER)) {
      return 0;
    }
    String number =
        track.startsWith(DRIVER + "-")
            ? track.substring(DRIVER.length() + 1)
            : track.startsWith(DEVICE) ? track.substring(DEVICE.length()) : "";
    boolean isNumber =
        !number.isEmpty() && number.length() < 6 && number.chars().allMatch(Character::isDigit);
    return isNumber ? Integer.parseInt(number) : -1;
  }

  private record Service(String track, long head) {}
}
