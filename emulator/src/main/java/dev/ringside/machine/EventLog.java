package dev.ringside.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.openhft.chronicle.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What happened, and when. Each component writes to a track of its own, so that recording needs no
 * lock; reading merges the tracks by time. A log that is off costs its callers one predictable
 * branch.
 *
 * <p>An event is 32 bytes in off-heap memory:
 *
 * <pre>
 *   0        8      12      16        24        32
 *   | time   | type | track | first   | second  |
 * </pre>
 */
public final class EventLog implements AutoCloseable {
  /** Records nothing. */
  public static final EventLog OFF = new EventLog(null, false, null, null);

  private static final int EVENT_SIZE = 32;

  private final @Nullable Clock clock;
  private final boolean keep;
  private final @Nullable RunHash hash;
  private final @Nullable EventSink sink;
  private final List<Track> tracks = new CopyOnWriteArrayList<>();

  private EventLog(
      @Nullable Clock clock, boolean keep, @Nullable RunHash hash, @Nullable EventSink sink) {
    this.clock = clock;
    this.keep = keep;
    this.hash = hash;
    this.sink = sink;
  }

  /** A log that keeps every event in memory until it is closed. */
  public static EventLog recording(Clock clock) {
    return new EventLog(clock, true, null, null);
  }

  /**
   * The log of a simulated run: every event goes into the run's hash.
   *
   * @param keep whether events are kept for reading, too
   */
  public static EventLog hashing(Clock clock, RunHash hash, boolean keep) {
    return new EventLog(clock, keep, hash, null);
  }

  /**
   * The log of a simulated run whose events are looked at as they happen, and not kept.
   *
   * @param hash as for {@link #hashing}
   * @param sink gets every event, in the order of time
   */
  public static EventLog streaming(Clock clock, RunHash hash, EventSink sink) {
    return new EventLog(clock, false, hash, sink);
  }

  /** A track for one component; only one task at a time may record on it. */
  public Track track(String name) {
    if (clock == null) {
      return new Track(name, 0, null, false, null, null);
    }
    Track track = new Track(name, tracks.size(), clock, keep, hash, sink);
    tracks.add(track);
    return track;
  }

  /** All kept events in the order of time; no task may be recording. */
  public List<Event> events() {
    List<Event> events = new ArrayList<>();
    for (Track track : tracks) {
      track.readInto(events);
    }
    events.sort(Comparator.comparingLong(Event::time));
    return events;
  }

  /** Gives the memory of the kept events back. */
  @Override
  public void close() {
    for (Track track : tracks) {
      track.release();
    }
  }

  /**
   * One event.
   *
   * @param time on the log's clock, in nanoseconds
   * @param track the component's name
   * @param first what {@link EventType} says
   * @param second what {@link EventType} says
   */
  public record Event(long time, String track, EventType type, long first, long second) {}

  /** Where one component records. */
  public static final class Track {
    private final String name;
    private final int number;
    private final @Nullable Clock clock;
    private final @Nullable RunHash hash;
    private final @Nullable Bytes<?> kept;
    private final @Nullable EventSink sink;

    private Track(
        String name,
        int number,
        @Nullable Clock clock,
        boolean keep,
        @Nullable RunHash hash,
        @Nullable EventSink sink) {
      this.name = name;
      this.number = number;
      this.clock = clock;
      this.hash = hash;
      this.sink = sink;
      this.kept = keep ? Bytes.allocateElasticDirect(EVENT_SIZE * 1024L) : null;
    }

    /** Whether events are noted: for callers whose numbers cost something to find. */
    public boolean isOn() {
      return clock != null;
    }

    /** Notes an event; does nothing when the log is off. */
    public void record(EventType type, long first, long second) {
      if (clock != null) {
        note(clock.nanoTime(), type, first, second);
      }
    }

    private void note(long time, EventType type, long first, long second) {
      if (hash != null) {
        hash.add(time);
        hash.add(((long) number << Integer.SIZE) | type.code());
        hash.add(first);
        hash.add(second);
      }
      if (kept != null) {
        kept.writeLong(time);
        kept.writeInt(type.code());
        kept.writeInt(number);
        kept.writeLong(first);
        kept.writeLong(second);
      }
      if (sink != null) {
        sink.event(time, this, type, first, second);
      }
    }

    /** The component's name, unique within the log. */
    public String name() {
      return name;
    }

    /** Tracks are numbered from 0 in the order in which they were made. */
    public int number() {
      return number;
    }

    private void readInto(List<Event> events) {
      if (kept == null) {
        return;
      }
      for (long at = 0; at < kept.writePosition(); at += EVENT_SIZE) {
        events.add(
            new Event(
                kept.readLong(at),
                name,
                EventType.of(kept.readInt(at + 8)),
                kept.readLong(at + 16),
                kept.readLong(at + 24)));
      }
    }

    private void release() {
      if (kept != null) {
        kept.releaseLast();
      }
    }
  }
}
