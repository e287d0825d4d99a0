package dev.ringside.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.bytes.BytesStore;
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

  /** Of one piece of a track's memory: a power of two of events, so that none lies across two. */
  private static final int CHUNK_SIZE = 1 << 18;

  private final @Nullable Clock clock;
  private final boolean keep;
  private final @Nullable RunHash hash;
  private final @Nullable EventSink sink;
  private final AtomicInteger made = new AtomicInteger();

  /** Those that keep events. */
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

  /**
   * The log of a run at full speed whose events are looked at as they happen, and not kept.
   *
   * @param sink gets every event; tracks of several tasks call it at once
   */
  public static EventLog watching(Clock clock, EventSink sink) {
    return new EventLog(clock, false, null, sink);
  }

  /** A track for one component; only one task at a time may record on it. */
  public Track track(String name) {
    if (clock == null) {
      return new Track(name, 0, null, false, null, null);
    }
    Track track = new Track(name, made.getAndIncrement(), clock, keep, hash, sink);
    if (keep) {
      tracks.add(track);
    }
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
    private final boolean keep;
    private final @Nullable EventSink sink;
    private final List<BytesStore<?, ?>> chunks = new ArrayList<>();

    /** The last of the chunks, and how much of it is taken. */
    private @Nullable BytesStore<?, ?> chunk;

    private int taken = CHUNK_SIZE;

    /** Of the last event. */
    private long lastTime;

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
      this.keep = keep;
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

    /**
     * As {@link #record}, for what is one step with the event before: it has the same time, and the
     * clock is not read again.
     */
    public void recordAgain(EventType type, long first, long second) {
      if (clock != null) {
        note(lastTime, type, first, second);
      }
    }

    /**
     * As {@link #record}, at a time that was read already.
     *
     * @param time on the log's clock, not before this track's last event
     */
    public void recordAt(long time, EventType type, long first, long second) {
      if (clock != null) {
        note(time, type, first, second);
      }
    }

    private void note(long time, EventType type, long first, long second) {
      lastTime = time;
      if (hash != null) {
        hash.addEvent(time, ((long) number << Integer.SIZE) | type.code(), first, second);
      }
      if (keep) {
        keep(time, type, first, second);
      }
      if (sink != null) {
        sink.event(time, this, type, first, second);
      }
    }

    /** A store checks no bounds; the one check that an event needs is whether it still fits. */
    private void keep(long time, EventType type, long first, long second) {
      int at = taken;
      BytesStore<?, ?> store = chunk;
      if (store == null || at > CHUNK_SIZE - EVENT_SIZE) {
        store = newChunk();
        at = 0;
      }
      store.writeLong(at, time);
      store.writeLong(at + 8L, type.code() | (long) number << Integer.SIZE);
      store.writeLong(at + 16L, first);
      store.writeLong(at + 24L, second);
      taken = at + EVENT_SIZE;
    }

    private BytesStore<?, ?> newChunk() {
      BytesStore<?, ?> fresh = BytesStore.lazyNativeBytesStoreWithFixedCapacity(CHUNK_SIZE);
      chunks.add(fresh);
      chunk = fresh;
      return fresh;
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
      for (BytesStore<?, ?> store : chunks) {
        int end = store == chunk ? taken : CHUNK_SIZE;
        for (long at = 0; at < end; at += EVENT_SIZE) {
          events.add(
              new Event(
                  store.readLong(at),
                  name,
                  EventType.of(store.readInt(at + 8)),
                  store.readLong(at + 16),
                  store.readLong(at + 24)));
        }
      }
    }

    private void release() {
      chunks.forEach(BytesStore::releaseLast);
      chunks.clear();
      chunk = null;
    }
  }
}
