package dev.ringside.lab.foreign;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures what a guest does with a device by the device's events. Each queue has a task of its
 * own, so each has a tally, and no lock stands between them.
 */
public final class GuestMeter implements EventSink {
  private static final String QUEUE = "queue-";

  private final QueueTally[] tallies;

  /** A meter for a device of so many queues. */
  public GuestMeter(int queues) {
    tallies = Stream.generate(QueueTally::new).limit(queues).toArray(QueueTally[]::new);
  }

  @Override
  public void event(long time, EventLog.Track track, EventType type, long first, long second) {
    int queue = queueOf(track.name());
    if (queue >= 0 && queue < tallies.length) {
      tallies[queue].event(time, type, second);
    }
  }

  /** The number in a queue's name, without taking the name apart; -1 for any other. */
  private static int queueOf(String name) {
    if (!name.startsWith(QUEUE)) {
      return -1;
    }
    int number = 0;
    for (int i = QUEUE.length(); i < name.length(); i++) {
      number = 10 * number + name.charAt(i) - '0';
    }
    return number;
  }

  /** Queue by queue; read when no task works. */
  public List<QueueTally> tallies() {
    return List.of(tallies);
  }
}
